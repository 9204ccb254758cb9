"""Addresses of the settings pages of surveys and campaigns, and of the list of answers."""

from django.urls import path

from barrymore.feedback import campaign_views, list_views, views

app_name = "feedback"
urlpatterns = [
    path("", views.surveys, name="surveys"),
    path("new/", views.survey, name="new_survey"),
    path("<int:survey_id>/", views.survey, name="survey"),
]
campaigns = [
    path("", campaign_views.all_campaigns, name="campaigns"),
    path("new/", campaign_views.campaign, name="new"),
    path("<int:campaign_id>/", campaign_views.campaign, name="campaign"),
]
said = [
    path("", list_views.said, name="said"),
    path("table.csv", list_views.table, name="table"),
    path("voice/<slug:key>/", list_views.recording, name="recording"),
    path("voice/<slug:key>/words/", list_views.correct, name="correct"),
    path("photo/<slug:key>/", list_views.photo, name="photo"),
]
