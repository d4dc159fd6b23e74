"""Run the command line: python -m resopen."""

import sys

from resopen.cli import main

sys.exit(main())
