"""Addresses of the forms on web sites."""

from django.urls import path

from barrymore.channels.form import views

app_name = "form"
urlpatterns = [path("<slug:key>/", views.enquiry, name="enquiry")]
