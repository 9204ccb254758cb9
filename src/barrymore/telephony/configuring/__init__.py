"""A complete configuration of Asterisk, written from our rows."""
