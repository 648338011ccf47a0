"""What ``explain`` shows of a topic, as text and as JSON."""
