"""What is done, a module for each kind of work."""
