"""People, their addresses, accounts, bookings and purchases."""
