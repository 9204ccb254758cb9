"""Signing in at the identity provider of the company: OpenID Connect and SAML."""
