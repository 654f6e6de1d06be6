"""The rules of the case service: no I/O."""
