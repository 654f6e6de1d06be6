"""Lines of earlier years in the ledger, put there by the ledger's own writing."""

from launcher.bench.hosts import Host, Say


def fill(host: Host, lines: int, say: Say) -> None:
    """Append entries of earlier years, each beside the one that takes it back: no balance moves."""
    raise NotImplementedError
