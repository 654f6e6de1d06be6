"""The enforcement service: who is delinquent, since when and by how much."""
