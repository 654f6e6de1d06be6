"""What is done with accounts: domain and store put together."""
