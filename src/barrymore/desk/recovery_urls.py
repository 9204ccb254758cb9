"""Addresses of recoveries, mounted at `recovery/`."""

from django.urls import path

from barrymore.desk import recovery_views

app_name = "desk_recovery"
urlpatterns = [
    path("", recovery_views.recoveries, name="all"),
    path("<int:recovery_id>/", recovery_views.recovery, name="one"),
    path("<int:recovery_id>/claim/", recovery_views.claim, name="claim"),
    path("<int:recovery_id>/guest/", recovery_views.guest, name="guest"),
    path("<int:recovery_id>/hand-over/", recovery_views.hand_over, name="hand_over"),
]
