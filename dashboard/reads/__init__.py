"""What the pages read: every query of the dashboard, bounded, with frozen rows out."""
