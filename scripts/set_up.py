# -*- coding: utf-8 -*-
"""Makes the virtual environment of this repository and runs a command in it.

Needs nothing but Python, and says in plain words when that is not enough. The syntax stays old on
purpose, so that an old Python reads this file far enough to print the message.
"""

import hashlib
import os
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
VENV = os.path.join(ROOT, ".venv")
NEEDED = (3, 11)
FILES = ("pyproject.toml", "constraints.txt")


def stop(russian, english):
    """Print a message in both languages and leave with exit code 2."""
    sys.stderr.write(english + "\n" + russian + "\n")
    sys.exit(2)


def check_python():
    """Stop when this Python is too old."""
    if sys.version_info < NEEDED:
        found = ".".join(str(part) for part in sys.version_info[:3])
        stop(
            "Нужен Python 3.11 или новее, а это Python " + found + ". Установите новый и повторите.",
            "Python 3.11 or newer is needed, this is Python " + found + ". Install a newer one and try again.",
        )


def python_of_venv():
    """Return the path of the environment's Python."""
    return os.path.join(VENV, "Scripts", "python.exe") if os.name == "nt" else os.path.join(VENV, "bin", "python")


def stamp():
    """Return a hash of what decides the installed packages."""
    digest = hashlib.sha256(sys.version.encode())
    for name in FILES:
        with open(os.path.join(ROOT, name), "rb") as handle:
            digest.update(handle.read())
    return digest.hexdigest()


def make_venv():
    """Create the environment when there is none."""
    if os.path.exists(python_of_venv()):
        return
    try:
        import venv

        venv.create(VENV, with_pip=True, clear=True)
    except (ImportError, subprocess.CalledProcessError, OSError) as error:
        stop(
            "Не удалось создать виртуальное окружение (" + str(error) + "). "
            "В Debian и Ubuntu установите пакет python3-venv и повторите.",
            "The virtual environment could not be made (" + str(error) + "). "
            "On Debian and Ubuntu install the package python3-venv and try again.",
        )


def install():
    """Install this package and the pinned packages, unless that was done for these very files."""
    mark = os.path.join(VENV, "installed-for")
    wanted = stamp()
    if os.path.exists(mark):
        with open(mark) as handle:
            if handle.read() == wanted:
                return
    print("Installing packages into .venv (once) / Ставим пакеты в .venv (один раз) ...")
    sys.stdout.flush()
    command = [python_of_venv(), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    command += ["--constraint", os.path.join(ROOT, "constraints.txt"), "--editable", ROOT + "[dev]"]
    if subprocess.call(command) != 0:
        stop(
            "Не удалось установить пакеты: см. выше. Обычная причина: нет сети. Исправьте её и повторите.",
            "The packages could not be installed: see above. The usual cause: no network. Mend it and try again.",
        )
    with open(mark, "w") as handle:
        handle.write(wanted)


def run(arguments):
    """Set everything up and run the environment's Python with the arguments; return its exit code."""
    check_python()
    make_venv()
    install()
    environment = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "PYTHONHOME")}
    return subprocess.call([python_of_venv()] + arguments, cwd=ROOT, env=environment)
