"""Addresses of the public links, mounted at `q/`."""

from django.urls import path

from barrymore.channels.public_link import views

app_name = "public"
urlpatterns = [
    path("feedback.js", views.loader, name="loader"),
    path("<slug:code>/", views.asked, name="asked"),
]
