"""`make bench`: the main job measured beside COPY in the same run on the same server."""

import sys

from bench import main

sys.exit(main(sys.argv[1:]))
