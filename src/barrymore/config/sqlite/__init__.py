"""SQLite behind one fair write gate: the embedded database engine."""
