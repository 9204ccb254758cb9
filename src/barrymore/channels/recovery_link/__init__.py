"""The guest's page: what was done, and whether it is put right."""
