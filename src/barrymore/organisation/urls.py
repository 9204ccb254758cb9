"""Addresses of the company's settings pages."""

from django.urls import path

from barrymore.organisation import views

app_name = "organisation"
urlpatterns = [
    path("company/", views.company, name="company"),
    path("modules/", views.modules, name="modules"),
    path("sites/", views.sites, name="sites"),
    path("sites/new/", views.site, name="new_site"),
    path("sites/<int:site_id>/", views.site, name="site"),
    path("tokens/", views.tokens, name="tokens"),
    path("tokens/<int:token_id>/revoke/", views.token_revoke, name="token_revoke"),
    path("audit/", views.audit, name="audit"),
]
