"""Addresses of the telephone in the browser, mounted at `phone/`."""

from django.urls import path

from barrymore.telephony import phone_views
from barrymore.telephony.talks import listening_views
from barrymore.telephony.talks import views as talk_views

app_name = "phone"
urlpatterns = [
    path("", phone_views.phone, name="phone"),
    path("place/", phone_views.place, name="place"),
    path("now/", phone_views.now_calling, name="now"),
    path("talk/", talk_views.own, name="talk"),
    path("talk/<int:conversation_id>/", talk_views.of_conversation, name="talk_of"),
    path("calls/<int:call_id>/act/", talk_views.act, name="act"),
    path("listening/", listening_views.talks, name="listening"),
    path("calls/<int:call_id>/listen/", listening_views.listen, name="listen"),
]
