"""Addresses of the settings pages of reasons and areas."""

from django.urls import path

from barrymore.conversations import views

app_name = "conversations"
urlpatterns = [
    path("reasons/", views.reasons, name="reasons"),
    path("reasons/new/", views.reason, name="new_reason"),
    path("reasons/<int:reason_id>/", views.reason, name="reason"),
    path("areas/", views.areas, name="areas"),
    path("areas/new/", views.area, name="new_area"),
    path("areas/<int:area_id>/", views.area, name="area"),
]
