"""The rules of money, as pure functions: each module is named after the thing in law."""
