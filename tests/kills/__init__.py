"""Kill the server under load, and prove that nothing was lost and nothing done twice (FAULTS.md D-1)."""
