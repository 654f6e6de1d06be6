"""Knows every service: the command, the embedded platform, the demo."""
