"""A channel for developers: answers are printed."""
