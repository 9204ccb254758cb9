"""Addresses of the questions about gamed feedback, mounted at `quality/`."""

from django.urls import path

from barrymore.quality import bonus_views, views

app_name = "quality"
urlpatterns = [
    path("flags/", views.flags, name="flags"),
    path("flags/<int:flag_id>/", views.flag, name="flag"),
    path("flags/<int:flag_id>/decide/", views.decide, name="decide"),
    path("notice/", views.notice, name="notice"),
    path("mine/", views.mine, name="mine"),
    path("mine/progress/", views.progress, name="progress"),
    path("mine/<int:flag_id>/", views.answer_mine, name="answer"),
]

# Mounted at `settings/bonus/`.
bonus = [
    path("", bonus_views.rules, name="rules"),
    path("<int:campaign_id>/", bonus_views.rule, name="rule"),
    path("<int:campaign_id>/hold/", bonus_views.hold, name="hold"),
    path("<int:campaign_id>/lock/", bonus_views.lock_again, name="lock"),
]
