"""Text messages through a gateway that speaks Twilio's HTTP protocol, both ways."""
