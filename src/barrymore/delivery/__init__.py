"""What must leave the house: outbox rows, leases, retries, dead letters, SMTP, guarded HTTP."""
