"""Extras by their real programs."""
