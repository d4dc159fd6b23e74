"""Sets everything up and runs the tests; further arguments go to pytest."""

import sys

import set_up

if __name__ == "__main__":
    sys.exit(set_up.run(["-m", "pytest"] + sys.argv[1:]))
