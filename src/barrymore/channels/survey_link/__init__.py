"""The page behind the link in an invitation."""
