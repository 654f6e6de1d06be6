"""The links that every call goes through, one per module; chain.py puts them in order."""
