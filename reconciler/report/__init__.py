"""The report: one versioned document for every command, and its renderings."""
