"""Addresses of the questions about gamed feedback, mounted at `quality/`."""

from django.urls import path

from barrymore.quality import views

app_name = "quality"
urlpatterns = [
    path("flags/", views.flags, name="flags"),
    path("flags/<int:flag_id>/", views.flag, name="flag"),
    path("flags/<int:flag_id>/decide/", views.decide, name="decide"),
    path("notice/", views.notice, name="notice"),
    path("mine/", views.mine, name="mine"),
    path("mine/<int:flag_id>/", views.answer_mine, name="answer"),
]
