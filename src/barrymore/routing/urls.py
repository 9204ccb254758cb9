"""Addresses of the queues' settings pages."""

from django.urls import path

from barrymore.routing import views

app_name = "routing"
urlpatterns = [
    path("", views.queues, name="queues"),
    path("new/", views.queue, name="new_queue"),
    path("<int:queue_id>/", views.queue, name="queue"),
]
