"""What a caller hears and may press before and after the queue."""
