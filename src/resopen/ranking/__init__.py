"""Rankings by a methodology file: scores, places, how sure they are, and why."""
