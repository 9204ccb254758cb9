"""The event stream: topics, frames, replay."""
