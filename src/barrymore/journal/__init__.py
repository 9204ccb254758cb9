"""Append-only facts: something that happened, once."""
