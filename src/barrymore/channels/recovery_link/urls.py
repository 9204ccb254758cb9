"""Addresses of the guest's page, mounted at `r/`."""

from django.urls import path

from barrymore.channels.recovery_link import views

app_name = "recovery_link"
urlpatterns = [path("<str:token>/", views.recovery, name="recovery")]
