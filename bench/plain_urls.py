"""The addresses of the plain views that `bench.events` holds the edge against."""

from django.urls import path

from bench.plain_views import by_orm, same_statements

urlpatterns = [
    path("orm/<int:device_id>/events", by_orm),
    path("same/<int:device_id>/events", same_statements),
]
