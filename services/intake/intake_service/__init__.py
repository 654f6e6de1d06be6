"""The employers' door: HTTP in front of withholding and identity."""
