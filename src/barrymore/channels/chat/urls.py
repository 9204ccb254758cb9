"""Addresses of the window on web sites."""

from django.urls import path

from barrymore.channels.chat import views

app_name = "chat"
urlpatterns = [
    path("widget.js", views.loader, name="loader"),
    path("<slug:key>/", views.window, name="window"),
    path("<slug:key>/state/", views.state, name="state"),
    path("<slug:key>/begin/", views.begin, name="begin"),
    path("<slug:key>/say/", views.say, name="say"),
    path("<slug:key>/upload/", views.upload, name="upload"),
    path("<slug:key>/messages/", views.messages, name="messages"),
    path("<slug:key>/leave/", views.leave, name="leave"),
    path("<slug:key>/file/<str:link>/", views.file, name="file"),
]
