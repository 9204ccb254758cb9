"""Addresses of shared results, mounted at `results/`."""

from django.urls import path

from barrymore.channels.results_link import views

app_name = "results"
urlpatterns = [path("<str:token>/", views.results, name="results")]
