"""Addresses of the telephone's settings pages."""

from django.urls import path

from barrymore.telephony import views
from barrymore.telephony.menus import views as menu_views
from barrymore.telephony.talks import listening_views

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
    path("prompts/", menu_views.prompts, name="prompts"),
    path("prompts/new/", menu_views.prompt, name="new_prompt"),
    path("prompts/<int:prompt_id>/", menu_views.prompt, name="prompt"),
    path("prompts/<int:prompt_id>/sound/", menu_views.prompt_sound, name="prompt_sound"),
    path("prompts/<int:prompt_id>/delete/", menu_views.drop_prompt, name="drop_prompt"),
    path("menus/", menu_views.menus, name="menus"),
    path("menus/new/", menu_views.menu, name="new_menu"),
    path("menus/<int:menu_id>/", menu_views.menu, name="menu"),
    path("menus/<int:menu_id>/delete/", menu_views.drop_menu, name="drop_menu"),
    path("listening/", listening_views.notice, name="listening"),
    path("telephones/", views.extensions, name="extensions"),
    path("telephones/new/", views.new_extension, name="new_extension"),
    path("telephones/<int:extension_id>/", views.extension, name="extension"),
    path("telephones/<int:extension_id>/password/", views.secret, name="secret"),
    path("telephones/<int:extension_id>/switch/", views.switch, name="switch"),
]
