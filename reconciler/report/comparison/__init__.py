"""What ``compare`` shows, in every format."""
