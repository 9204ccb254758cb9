"""Addresses of the surveys' settings pages."""

from django.urls import path

from barrymore.feedback import views

app_name = "feedback"
urlpatterns = [
    path("", views.surveys, name="surveys"),
    path("new/", views.survey, name="new_survey"),
    path("<int:survey_id>/", views.survey, name="survey"),
]
