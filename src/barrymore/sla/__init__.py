"""Promises: calendars, policies and running clocks."""
