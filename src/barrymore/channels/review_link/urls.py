"""Addresses of the way to a review page, mounted at `w/`."""

from django.urls import path

from barrymore.channels.review_link import views

app_name = "review"
urlpatterns = [path("<slug:code>/", views.review, name="review")]
