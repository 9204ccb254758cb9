"""Take over the history of a mailbox, of Zendesk or of Chatwoot."""
