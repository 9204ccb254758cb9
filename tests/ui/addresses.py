"""The ui package alone, for its own tests."""

from django.urls import include, path

urlpatterns = [path("ui/", include("barrymore.ui.urls"))]
