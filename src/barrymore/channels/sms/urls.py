"""Addresses that the SMS gateway calls."""

from django.urls import path

from barrymore.channels.sms import views

app_name = "sms"
urlpatterns = [
    path("<int:number_id>/in/", views.incoming, name="incoming"),
    path("<int:number_id>/status/<int:message_id>/", views.status, name="status"),
]
