"""Mail: intake by IMAP, delivery by SMTP."""
