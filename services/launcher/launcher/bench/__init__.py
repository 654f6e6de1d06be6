"""Measuring the platform on a made-up State: who is there, what is sent, what it took."""
