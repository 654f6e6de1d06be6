"""What every service stands on: settings, sessions, outbox, inbox, bus, gRPC, clock, keys, logs."""

import os

# We start programs and never fork ourselves. gRPC's fork handlers would run between fork and exec
# of a program that another user runs (PostgreSQL for root), and can end it before it begins.
os.environ.setdefault("GRPC_ENABLE_FORK_SUPPORT", "false")
