"""Report pages and exports; defines no metric."""
