"""Barrymore: self-hosted software for the quality of customer service."""

__version__ = "0.1.0"
