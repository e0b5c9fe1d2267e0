"""Runs `python -m pipeline.learn`."""

import sys

from pipeline.learn.commands import main

if __name__ == "__main__":
    sys.exit(main())
