"""Addresses of home, sign-in, first steps and one's own page."""

from django.urls import include, path
from django.urls.resolvers import URLPattern, URLResolver

from barrymore.web import (
    form_views,
    mailbox_views,
    policy_views,
    sms_views,
    views,
    welcome_views,
    widget_views,
    workstation_views,
)

mailboxes = [
    path("", mailbox_views.mailboxes, name="mailboxes"),
    path("new/", mailbox_views.mailbox, name="new"),
    path("<int:mailbox_id>/", mailbox_views.mailbox, name="mailbox"),
    path("<int:mailbox_id>/test/", mailbox_views.test, name="test"),
]
widgets = [
    path("", widget_views.widgets, name="widgets"),
    path("new/", widget_views.widget, name="new"),
    path("<int:widget_id>/", widget_views.widget, name="widget"),
    path("<int:widget_id>/allow/", widget_views.allow, name="allow"),
    path("<int:widget_id>/secret/", widget_views.secret, name="secret"),
]
web_forms = [
    path("", form_views.web_forms, name="web_forms"),
    path("new/", form_views.web_form, name="new"),
    path("<int:form_id>/", form_views.web_form, name="web_form"),
]
texts = [
    path("", sms_views.numbers, name="numbers"),
    path("new/", sms_views.number, name="new"),
    path("<int:number_id>/", sms_views.number, name="number"),
]
promises = [
    path("", policy_views.policies, name="policies"),
    path("new/", policy_views.policy, name="new_policy"),
    path("<int:policy_id>/", policy_views.policy, name="policy"),
]

urlpatterns: list[URLPattern | URLResolver] = [
    path("", views.home, name="home"),
    path("welcome/", welcome_views.welcome, name="welcome"),
    path("settings/", views.settings_home, name="settings_home"),
    path("settings/mailboxes/", include((mailboxes, "mailboxes"))),
    path("settings/chat/", include((widgets, "widgets"))),
    path("settings/forms/", include((web_forms, "web_forms"))),
    path("settings/texts/", include((texts, "texts"))),
    path("settings/promises/", include((promises, "promises"))),
    path("me/", views.own_page, name="own_page"),
    path("me/pin/", workstation_views.own_pin, name="own_pin"),
    path("switch/", workstation_views.switch, name="switch"),
    path("settings/computers/", workstation_views.stations, name="stations"),
    path("settings/computers/<int:station_id>/revoke/", workstation_views.revoke, name="station_revoke"),
    path("language/", views.language, name="language"),
    path("notices/seen/", views.seen, name="notices_seen"),
    path("authority.crt", views.authority, name="authority"),
    path("demo/remove/", views.demo_remove, name="demo_remove"),
    path("demo/enter/<int:staff_id>/", views.demo_enter, name="demo_enter"),
    path("account/", include("barrymore.web.account_urls")),
]
