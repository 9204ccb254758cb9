"""Addresses of reports."""

from django.urls import path

from barrymore.reports import views

app_name = "reports"
urlpatterns = [
    path("", views.index, name="index"),
    path("<slug:name>/", views.report, name="report"),
    path("<slug:name>.csv", views.export, name="export"),
]
