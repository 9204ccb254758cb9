"""Addresses of the kiosk, mounted at `kiosk/`: all that it needs without a network lies below."""

from django.urls import path

from barrymore.channels.kiosk import views

app_name = "kiosk"
urlpatterns = [
    path("", views.page, name="page"),
    path("manifest.webmanifest", views.manifest, name="manifest"),
    path("worker.js", views.worker, name="worker"),
    path("media/<slug:name>/", views.media, name="media"),
]
