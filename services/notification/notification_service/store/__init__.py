"""The tables of the notification service and their queries: the only place that speaks SQL."""
