"""Run the command line: python -m resopen, and the command resopen.

Until the command line can answer Ctrl-C in words, it ends the process without a traceback.
"""

import signal

signal.signal(signal.SIGINT, signal.SIG_DFL)

from resopen.cli import run  # noqa: E402

if __name__ == "__main__":
    run()
