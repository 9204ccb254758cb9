"""Backup, restore with its drill, and the move to PostgreSQL."""
