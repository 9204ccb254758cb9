"""`barrymore button-agent`: USB buttons without a browser. Nothing here needs more than Python itself."""
