"""How a notice reaches a person: one file per transport, each with KIND, reaches() and owe()."""
