"""A contact's life in order: receive, answer, transfer, close."""
