"""What the platform stands on, set up by us: databases and logins, a PostgreSQL, a RabbitMQ."""
