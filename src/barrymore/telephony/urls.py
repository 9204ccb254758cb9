"""Addresses of the telephone's settings pages."""

from django.urls import path

from barrymore.telephony import views

app_name = "telephony"
urlpatterns = [
    path("", views.telephone, name="telephone"),
    path("asterisk/", views.nodes, name="nodes"),
    path("asterisk/new/", views.node, name="new_node"),
    path("asterisk/<int:node_id>/", views.node, name="node"),
    path("lines/", views.trunks, name="trunks"),
    path("lines/new/", views.trunk, name="new_trunk"),
    path("lines/<int:trunk_id>/", views.trunk, name="trunk"),
    path("numbers/", views.numbers, name="numbers"),
    path("numbers/new/", views.new_numbers, name="new_numbers"),
    path("numbers/<int:number_id>/", views.number, name="number"),
    path("telephones/", views.extensions, name="extensions"),
    path("telephones/new/", views.new_extension, name="new_extension"),
    path("telephones/<int:extension_id>/", views.extension, name="extension"),
    path("telephones/<int:extension_id>/password/", views.secret, name="secret"),
    path("telephones/<int:extension_id>/switch/", views.switch, name="switch"),
]
