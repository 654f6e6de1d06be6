"""The identity service: who may call the platform, and the tokens that prove it."""
