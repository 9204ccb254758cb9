"""Surveys: who was asked, who answered, who did not."""
