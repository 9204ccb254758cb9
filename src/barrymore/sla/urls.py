"""Addresses of the settings pages of opening hours."""

from django.urls import path

from barrymore.sla import views

app_name = "sla"
urlpatterns = [
    path("calendars/", views.calendars, name="calendars"),
    path("calendars/new/", views.calendar, name="new_calendar"),
    path("calendars/<int:calendar_id>/", views.calendar, name="calendar"),
]
