"""Another open-source help desk, measured beside ours in one run on the same number of tickets."""
