"""gRPC: a server that takes its methods and their policy from the contract, and a client for it."""
