"""The parents' portal."""
