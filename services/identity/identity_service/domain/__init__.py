"""The rules of clients: plain functions on frozen dataclasses."""
