"""Addresses of single sign-on: its settings pages, and the doors of the providers."""

from django.urls import path

from barrymore.web.sso import oidc_views, saml_views, settings_views

doors = [
    path("oidc/<slug:slug>/login/", oidc_views.begin, name="openid_connect_login"),
    path("oidc/<slug:slug>/login/callback/", oidc_views.back, name="openid_connect_callback"),
    path("oidc/<slug:slug>/backchannel-logout/", oidc_views.ended, name="openid_connect_ended"),
    path("saml/<slug:slug>/login/", saml_views.begin, name="saml_login"),
    path("saml/<slug:slug>/acs/", saml_views.arrive, name="saml_acs"),
    path("saml/<slug:slug>/acs/finish/", saml_views.back, name="saml_finish_acs"),
    path("saml/<slug:slug>/sls/", saml_views.ended, name="saml_sls"),
    path("saml/<slug:slug>/metadata/", saml_views.metadata, name="saml_metadata"),
]
pages = [
    path("", settings_views.providers, name="providers"),
    path("new/<str:kind>/", settings_views.new, name="new"),
    path("<int:provider_id>/", settings_views.provider, name="provider"),
    path("<int:provider_id>/test/", settings_views.test, name="test"),
    path("<int:provider_id>/remove/", settings_views.remove, name="remove"),
    path("<int:provider_id>/release/<int:link_id>/", settings_views.release, name="release"),
]
