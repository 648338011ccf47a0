"""What the formats share to show the report of an audit, and its text."""
