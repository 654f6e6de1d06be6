"""The tables of the identity service and their queries."""
