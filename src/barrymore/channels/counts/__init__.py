"""Customers served as another system counted them: a register, queue tickets, a door."""
