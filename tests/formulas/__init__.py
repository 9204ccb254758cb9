"""Tests of the plain formulas."""
