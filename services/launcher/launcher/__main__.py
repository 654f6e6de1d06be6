"""`python -m launcher` is `childsupport`."""

import gc

# What is imported stays: to look for garbage in it takes a fifth of the time that a role starts in.
gc.set_threshold(100_000)

from launcher.cli import main  # noqa: E402

main()
