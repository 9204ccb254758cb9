"""Addresses of the customers' pages."""

from django.urls import path

from barrymore.customers import views

app_name = "customers"
urlpatterns = [
    path("", views.customers, name="customers"),
    path("<int:customer_id>/", views.customer, name="customer"),
]
