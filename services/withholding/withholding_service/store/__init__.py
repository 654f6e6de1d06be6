"""What withholding keeps, and every query on it."""
