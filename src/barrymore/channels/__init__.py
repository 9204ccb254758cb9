"""Intake and delivery, one folder per channel."""
