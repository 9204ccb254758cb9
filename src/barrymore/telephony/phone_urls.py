"""Addresses of the telephone in the browser, mounted at `phone/`."""

from django.urls import path

from barrymore.telephony import phone_views

app_name = "phone"
urlpatterns = [
    path("", phone_views.phone, name="phone"),
    path("place/", phone_views.place, name="place"),
    path("now/", phone_views.now_calling, name="now"),
]
