"""The notification service: what everybody is told, in the inbox, by e-mail and on paper."""
