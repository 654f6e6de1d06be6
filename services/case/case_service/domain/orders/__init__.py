"""Orders: what they say from when to when, in which version, and how long what they order lasts."""
