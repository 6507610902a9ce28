"""Why somebody got this and not that."""
