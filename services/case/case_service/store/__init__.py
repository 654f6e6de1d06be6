"""The tables of the case service and their queries: the only place that speaks SQL."""
