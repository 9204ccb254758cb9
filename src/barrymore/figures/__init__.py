"""Metrics and the figure object, with its counts, interval and grade."""
