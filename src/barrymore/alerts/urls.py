"""Addresses of alerts: the link of one person, the button in the page, push messages of a browser."""

from django.urls import path

from barrymore.alerts import views

app_name = "alerts"
urlpatterns = [
    path("a/<str:token>/", views.linked, name="linked"),
    path("alerts/<int:alert_id>/acknowledge/", views.acknowledge_here, name="acknowledge"),
    path("push-worker.js", views.push_worker, name="push_worker"),
    path("me/browsers/", views.subscribe, name="subscribe"),
    path("me/browsers/<int:browser_id>/remove/", views.unsubscribe, name="unsubscribe"),
    path("me/reach/", views.reach, name="reach"),
]
