"""What the web sites of the platform stand on: pages, forms, sessions, languages, security."""
