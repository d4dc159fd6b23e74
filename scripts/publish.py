# -*- coding: utf-8 -*-
"""Sets everything up, validates the curated data and publishes the newest version of datapackage/CHANGELOG.md."""

import os
import re
import sys

import set_up


def newest_version():
    """Return the first version that CHANGELOG.md names."""
    with open(os.path.join(set_up.ROOT, "datapackage", "CHANGELOG.md"), "rb") as handle:
        found = re.search(r"^## \[?([0-9]+\.[0-9]+\.[0-9]+)", handle.read().decode("utf-8"), re.MULTILINE)
    if not found:
        set_up.stop("В datapackage/CHANGELOG.md нет ни одной версии.", "datapackage/CHANGELOG.md names no version.")
    return found.group(1)


def main():
    """Validate, then publish, unless that version lies in dist/ already."""
    code = set_up.run(["-m", "resopen", "validate"])
    if code != 0:
        return code
    version = newest_version()
    folder = os.path.join(set_up.ROOT, "dist", "resopen-resolutions-" + version)
    if os.path.isdir(folder):
        print("Already published / Уже опубликовано: " + folder)
        return 0
    return set_up.run(["-m", "resopen", "publish", "--version", version])


if __name__ == "__main__":
    sys.exit(main())
