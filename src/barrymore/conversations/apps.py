"""Registers the package with Django."""

from django.apps import AppConfig


class ConversationsConfig(AppConfig):
    """Threads of messages with a state, an owner and a next step."""

    name = "barrymore.conversations"
    label = "conversations"
