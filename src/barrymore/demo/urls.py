"""Addresses that only the demo company has."""

from django.urls import path

from barrymore.demo import views

app_name = "demo"
urlpatterns = [path("hotel/", views.hotel, name="hotel")]
