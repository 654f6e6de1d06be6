"""`python -m launcher` is `childsupport`."""

from launcher.cli import main

main()
