"""Quality of service: questions about gamed feedback, put to people and decided by people."""
