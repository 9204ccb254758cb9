"""Addresses of the employee button, mounted at `served/`."""

from django.urls import path

from barrymore.feedback import served_views

app_name = "served"
urlpatterns = [
    path("", served_views.served, name="served"),
    path("point/", served_views.choose, name="choose"),
    path("taps/", served_views.taps, name="taps"),
]
