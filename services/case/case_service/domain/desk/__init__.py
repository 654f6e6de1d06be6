"""The desk of a caseworker: what waits for him, whom he meets, what is written to him."""
