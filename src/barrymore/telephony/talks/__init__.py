"""While people talk: who speaks with whom, what is recorded of it, and how a caller is passed on."""
