"""Addresses of home, sign-in, first steps and one's own page."""

from django.urls import include, path
from django.urls.resolvers import URLPattern, URLResolver

from barrymore.web import (
    alert_views,
    broker_views,
    care_views,
    count_views,
    device_views,
    form_views,
    founding_views,
    import_views,
    join_views,
    kit_views,
    link_views,
    mailbox_views,
    people_views,
    photo_views,
    point_views,
    policy_views,
    reading_views,
    recording_views,
    results_views,
    role_views,
    screen_views,
    sms_views,
    views,
    welcome_views,
    widget_views,
    workstation_views,
)
from barrymore.web.sso.urls import pages as sign_in_pages

mailboxes = [
    path("", mailbox_views.mailboxes, name="mailboxes"),
    path("new/", mailbox_views.mailbox, name="new"),
    path("<int:mailbox_id>/", mailbox_views.mailbox, name="mailbox"),
    path("<int:mailbox_id>/test/", mailbox_views.test, name="test"),
]
public_link = [
    path("<int:campaign_id>/link/", link_views.link, name="link"),
    path("<int:campaign_id>/link/allow/", link_views.allow, name="allow"),
]
shared_results = [
    path("<int:campaign_id>/results/", results_views.shared, name="shared"),
    path("<int:campaign_id>/results/<int:shared_id>/revoke/", results_views.end, name="revoke"),
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
points = [
    path("", point_views.points, name="points"),
    path("new/", point_views.point, name="new"),
    path("<int:point_id>/", point_views.point, name="point"),
    path("<int:point_id>/devices/", device_views.add, name="add_device"),
]
devices = [
    path("", device_views.devices, name="devices"),
    path("<int:device_id>/code/", device_views.code, name="code"),
    path("<int:device_id>/poster/", device_views.poster, name="poster"),
    path("<int:device_id>/revoke/", device_views.revoke, name="revoke"),
    path("<int:device_id>/screen/", screen_views.screen, name="screen"),
    path("<int:device_id>/photos/", photo_views.photos, name="photos"),
    path("<int:device_id>/slides/", screen_views.add_slide, name="add_slide"),
    path("slides/<int:slide_id>/remove/", screen_views.remove_slide, name="remove_slide"),
    path("<int:device_id>/targets/", screen_views.add_target, name="add_target"),
    path("targets/<int:target_id>/remove/", screen_views.remove_target, name="remove_target"),
]
brokers = [
    path("", broker_views.brokers, name="brokers"),
    path("new/", broker_views.broker, name="new"),
    path("<int:broker_id>/", broker_views.broker, name="broker"),
    path("<int:broker_id>/meanings/", broker_views.mean, name="mean"),
    path("meanings/<int:meaning_id>/remove/", broker_views.forget, name="forget"),
]
counts = [
    path("", count_views.counts, name="counts"),
    path("<int:file_id>/undo/", count_views.undo, name="undo"),
]
people = [
    path("people/", people_views.people, name="people"),
    path("people/new/", people_views.person, name="new"),
    path("people/<int:staff_id>/", people_views.person, name="person"),
    path("people/<int:staff_id>/invite/", people_views.person_invite, name="invite"),
    path("people/<int:staff_id>/badge/", people_views.person_badge, name="badge"),
    path("people/<int:staff_id>/active/", people_views.person_active, name="active"),
    path("people/<int:staff_id>/posts/", people_views.person_posts, name="posts"),
    path("roles/", role_views.roles, name="roles"),
    path("roles/new/", role_views.role, name="new_role"),
    path("roles/<int:role_id>/", role_views.role, name="role"),
    path("roles/<int:role_id>/remove/", role_views.role_remove, name="role_remove"),
]
told = [
    path("", alert_views.rules, name="rules"),
    path("new/", alert_views.rule, name="new"),
    path("<int:rule_id>/", alert_views.rule, name="rule"),
    path("quiet/<int:site_id>/", alert_views.quiet, name="quiet"),
]
care = [
    path("kindnesses/", care_views.kindnesses, name="kindnesses"),
    path("kindnesses/new/", care_views.kindness, name="new_kindness"),
    path("kindnesses/<int:kindness_id>/", care_views.kindness, name="kindness"),
    path("basics/", care_views.basics, name="basics"),
    path("basics/new/", care_views.basic, name="new_basic"),
    path("basics/<int:basic_id>/", care_views.basic, name="basic"),
]
imports = [
    path("", import_views.all_imports, name="imports"),
    path("<int:import_id>/", import_views.one, name="one"),
    path("<int:import_id>/errors.csv", import_views.errors, name="errors"),
    path("<int:import_id>/<slug:verb>/", import_views.act, name="act"),
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
    path("settings/", include((people, "people"))),
    path("join/<str:secret>/", join_views.join, name="join"),
    path("found/", founding_views.company_of, name="found_company"),
    path("founding/<str:code>/", founding_views.found_house, name="found"),
    path("settings/mailboxes/", include((mailboxes, "mailboxes"))),
    path("settings/campaigns/", include((public_link, "public_link"))),
    path("settings/campaigns/", include((shared_results, "shared_results"))),
    path("settings/chat/", include((widgets, "widgets"))),
    path("settings/forms/", include((web_forms, "web_forms"))),
    path("settings/texts/", include((texts, "texts"))),
    path("settings/begin/", kit_views.choose, name="begin_to_ask"),
    path("settings/points/", include((points, "points"))),
    path("settings/devices/", include((devices, "devices"))),
    path("settings/recording/", recording_views.recording, name="recording"),
    path("settings/speech-and-pictures/", reading_views.reading_page, name="reading"),
    path("settings/speech-and-pictures/again/", reading_views.again, name="reading_again"),
    path("settings/keeping/", photo_views.keeping_page, name="keeping"),
    path("settings/buttons/", include((brokers, "brokers"))),
    path("settings/counts/", include((counts, "counts"))),
    path("settings/promises/", include((promises, "promises"))),
    path("settings/told/", include((told, "told"))),
    path("settings/", include((care, "care"))),
    path("basics/", care_views.check_page, name="basics_check"),
    path("basics/<int:basic_id>/check/", care_views.check, name="basic_check"),
    path("settings/import/", include((imports, "imports"))),
    path("settings/sign-in/", include((sign_in_pages, "sign_in"))),
    path("me/", views.own_page, name="own_page"),
    path("me/pin/", workstation_views.own_pin, name="own_pin"),
    path("switch/", workstation_views.switch, name="switch"),
    path("settings/computers/", workstation_views.stations, name="stations"),
    path("settings/computers/<int:station_id>/revoke/", workstation_views.revoke, name="station_revoke"),
    path("language/", views.language, name="language"),
    path("notices/", views.bell, name="notices"),
    path("notices/seen/", views.seen, name="notices_seen"),
    path("authority.crt", views.authority, name="authority"),
    path("demo/remove/", views.demo_remove, name="demo_remove"),
    path("demo/enter/<int:staff_id>/", views.demo_enter, name="demo_enter"),
    path("account/", include("barrymore.web.account_urls")),
]
