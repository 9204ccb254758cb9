"""Every screen and call that shows or moves a conversation."""
