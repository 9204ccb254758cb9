"""A certificate from a public authority by ACME (RFC 8555): ordered, kept, renewed while serving."""
