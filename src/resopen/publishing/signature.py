"""The signature of a version's sums with an SSH key, made and checked by ssh-keygen."""

from __future__ import annotations

import subprocess
from pathlib import Path

from resopen.errors import SetupError

# What a signature is for, so that one of something else cannot be taken for it (ssh-keygen -Y, namespace).
NAMESPACE = "resopen"


def sign(sums: Path, key: Path) -> None:
    """Sign a file of sums with an SSH key; the signature stands beside it, with the ending .sig.

    Raises SetupError when ssh-keygen is not there or refuses the key.
    """
    _keygen("-Y", "sign", "-q", "-f", str(key), "-n", NAMESPACE, str(sums))


def is_signed_by(sums: Path, signature: Path, signers: Path, signer: str) -> bool:
    """Say whether a signature is that of a signer in a file of allowed signers.

    Raises SetupError when ssh-keygen or the file of signers is not there.
    """
    if not signers.is_file():
        raise SetupError("setup.no-such-file", {"file": str(signers)})
    command = ["-Y", "verify", "-f", str(signers), "-I", signer, "-n", NAMESPACE, "-s", str(signature)]
    try:
        with sums.open("rb") as content:
            done = subprocess.run(["ssh-keygen", *command], stdin=content, capture_output=True, check=False)  # noqa: S603, S607
    except OSError as error:
        raise SetupError("setup.no-ssh-keygen", {"reason": error.strerror or str(error)}) from error
    return done.returncode == 0


def _keygen(*arguments: str) -> None:
    try:
        done = subprocess.run(["ssh-keygen", *arguments], capture_output=True, text=True, check=False)  # noqa: S603, S607
    except OSError as error:
        raise SetupError("setup.no-ssh-keygen", {"reason": error.strerror or str(error)}) from error
    if done.returncode:
        raise SetupError(
            "setup.not-signed", {"reason": done.stderr.strip().splitlines()[-1:][0] if done.stderr else ""}
        )
