"""The tables of the enforcement service and their queries: the only place that speaks SQL."""
