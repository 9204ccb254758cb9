"""The telephone: Asterisk over AMI, calls, numbers, extensions."""
