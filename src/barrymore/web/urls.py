"""Addresses of home, sign-in, first steps and one's own page."""

from django.urls import include, path
from django.urls.resolvers import URLPattern, URLResolver

from barrymore.web import mailbox_views, policy_views, views, welcome_views

mailboxes = [
    path("", mailbox_views.mailboxes, name="mailboxes"),
    path("new/", mailbox_views.mailbox, name="new"),
    path("<int:mailbox_id>/", mailbox_views.mailbox, name="mailbox"),
    path("<int:mailbox_id>/test/", mailbox_views.test, name="test"),
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
    path("settings/promises/", include((promises, "promises"))),
    path("me/", views.own_page, name="own_page"),
    path("language/", views.language, name="language"),
    path("notices/seen/", views.seen, name="notices_seen"),
    path("authority.crt", views.authority, name="authority"),
    path("demo/remove/", views.demo_remove, name="demo_remove"),
    path("demo/enter/<int:staff_id>/", views.demo_enter, name="demo_enter"),
    path("account/", include("barrymore.web.account_urls")),
]
