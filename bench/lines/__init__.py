"""A real Asterisk under load: SIPp calls, SIPp answers, the product decides."""
