"""Addresses of the ui package: the page of components, its sample layouts, and the theme."""

from django.urls import path

from barrymore.ui import views

app_name = "ui"
urlpatterns = [
    path("", views.gallery, name="gallery"),
    path("theme", views.theme, name="theme"),
    path("sample/<slug:name>/", views.sample, name="sample"),
]
