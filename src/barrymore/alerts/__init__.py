"""Notices to staff, in the page and by mail."""
