"""The dashboard: one page a job to be done, by role."""
