"""`python -m pipeline.evaluate` scores the pipeline against the gold corpus; see commands.py."""

import sys

from pipeline.evaluate.commands import main

if __name__ == "__main__":
    sys.exit(main())
