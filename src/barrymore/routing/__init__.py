"""Queues, presence, and who is offered the next conversation."""
