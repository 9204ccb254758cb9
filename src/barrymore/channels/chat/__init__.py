"""Chat on web sites: widgets, visitors, and what is said both ways."""
