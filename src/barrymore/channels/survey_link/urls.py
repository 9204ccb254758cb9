"""Addresses of the survey page, mounted at `s/`."""

from django.urls import path

from barrymore.channels.survey_link import views

app_name = "survey"
urlpatterns = [path("<str:token>/", views.survey, name="survey")]
