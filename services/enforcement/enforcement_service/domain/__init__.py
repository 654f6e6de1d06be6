"""The rules of the enforcement service: no I/O."""
