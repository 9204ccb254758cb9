"""The company: sites, staff, roles, tokens, audit."""
