"""Home, sign-in, settings."""
