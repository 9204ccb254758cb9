"""Threads of messages with a state, an owner and a next step."""
