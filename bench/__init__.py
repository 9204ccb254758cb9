"""Measure what an operation costs: `make bench`."""
