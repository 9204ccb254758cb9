"""Addresses of the pages behind printed posters, mounted at `p/`."""

from django.urls import path

from barrymore.channels.devices import views

app_name = "poster"
urlpatterns = [path("<str:code>/", views.poster, name="poster")]
