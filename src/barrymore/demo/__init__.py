"""The demo company: seeded history and live traffic."""
