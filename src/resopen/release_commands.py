"""What the commands of releases do: publish, verify, withdraw."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from resopen.errors import PublishRefused, SetupError
from resopen.messages import Messages
from resopen.opening import open_package
from resopen.publishing.computed import STATUS_TABLES
from resopen.publishing.draft import draft_entry, draft_version
from resopen.publishing.material import Order
from resopen.publishing.release import Published, publish
from resopen.publishing.signature import is_signed_by
from resopen.publishing.verify import SIGNATURE, SUMS, Fault, verify
from resopen.publishing.versions import WITHDRAWN, entry_date, parse_version, published_versions, withdrawn_file
from resopen.schema import SchemaFolder, find_schema_folder, read_schema_folder
from resopen.tables.files import write_atomically
from resopen.tables.source import unpack_package
from resopen.terminal import day_of_run, messages_of_run, progress, say

NEXT = "next"


def run_publish(
    package: str | None, version: str, output: Path | None, draft: bool, key: Path | None, today: Any
) -> int:  # fmt: skip
    """Publish a version and say where it lies, or write the draft of its section in the changelog."""
    messages = messages_of_run()
    with TemporaryDirectory(prefix="resopen-", ignore_cleanup_errors=True) as scratch:
        order = _order(package, output, Path(scratch))
        with progress(messages) as step:
            if version == NEXT:
                version = draft_version(order, messages, step)
            if draft:
                draft_entry(order, version, day_of_run(today), messages, step)
                say(messages.text("ui.drafted", {"version": version, "file": str(order.changelog)}))
                return 0
            done = publish(order, version, messages, step, key)
        created = entry_date(order.changelog, parse_version(version))
    _say_published(done, messages)
    if package and {resource.name for resource in order.package.resources}.issuperset(STATUS_TABLES):
        told = "ui.computed-by" if order.schema else "ui.not-computed"
        say(messages.text(told, {"folder": str(order.schema.path) if order.schema else ""}))
    if created > day_of_run(today):
        # A slip of the pen is cheaper to mend before anybody has the version.
        say(messages.text("ui.day-ahead", {"version": version, "day": created.isoformat()}))
    return 0


def _say_published(done: Published, messages: Messages) -> None:
    details = {
        "version": done.version,
        "folder": str(done.folder),
        "tables": messages.plural("plural.tables", done.tables),
        "rows": messages.plural("plural.rows", done.rows),
        "files": messages.plural("plural.files", done.files),
    }
    say(messages.text("ui.published", details))


def _order(place: str | None, output: Path | None, scratch: Path) -> Order:
    """Return what is to be published: the curated package, or a package in a folder with the definitions for it."""
    if place is None:
        schema = read_schema_folder(find_schema_folder(Path.cwd()))
        return Order(
            schema.package(), schema.data_folder, schema.data_folder / "CHANGELOG.md", schema,
            output or schema.path.parent / "dist",
        )  # fmt: skip
    opened = open_package(place, scratch)
    folder = Path(place)
    folder = folder if folder.is_dir() else folder.parent
    definitions = _definitions({resource.name for resource in opened.resources}, folder)
    return Order(opened, folder, folder / "CHANGELOG.md", definitions, output or folder / "dist")


def _definitions(tables: set[str], folder: Path) -> SchemaFolder | None:
    """Return the schema folder whose tables a package has, above the package or else above where we stand.

    A package without the tables that statuses are told from needs none.
    """
    if not tables.issuperset(STATUS_TABLES):
        return None
    for start in (folder, Path.cwd()):
        try:
            found = read_schema_folder(find_schema_folder(start))
        except SetupError:
            continue
        if tables.issuperset(str(node["name"]) for node in found.descriptor["resources"]):
            return found
    return None


def run_verify(release: Path, signers: Path | None, signer: str) -> int:
    """Look at a version again and say whether it is intact and complete."""
    messages = messages_of_run()
    if bool(signers) != bool(signer):
        raise SetupError("setup.signer-incomplete")
    with progress(messages) as step:
        step("verify")
        faults = verify(release, messages)
    if signers:
        faults += _signature_faults(release, signers, signer)
    elif (release / SIGNATURE).is_file():
        say(messages.text("verify.signature-unchecked"))
    for fault in faults:
        say(fault.in_words(messages))
    mark = release.with_name(release.name.removesuffix(".zip") + WITHDRAWN)
    if mark.is_file():
        say(messages.text("verify.withdrawn", {"reason": mark.read_text("utf-8").strip()}))
    if not faults:
        say(messages.text("verify.intact-signed" if signers else "verify.intact", {"place": str(release)}))
    return int(bool(faults))


def _signature_faults(release: Path, signers: Path, signer: str) -> list[Fault]:
    """Return a fault when the sums of a release, a folder or a zip, are not signed by a signer."""
    if release.is_file():
        with TemporaryDirectory(prefix="resopen-", ignore_cleanup_errors=True) as scratch:
            return _signature_faults(unpack_package(release, Path(scratch)), signers, signer)
    if not (release / SIGNATURE).is_file():
        return [Fault("not-signed", {"file": SIGNATURE})]
    is_good = is_signed_by(release / SUMS, release / SIGNATURE, signers, signer)
    return [] if is_good else [Fault("wrong-signature", {"signer": signer})]


def run_withdraw(version: str, reason: str, package: str | None, output: Path | None) -> int:
    """Mark a published version as withdrawn; nothing of it is deleted or changed."""
    messages = messages_of_run()
    if not reason.strip():
        raise PublishRefused("publish.no-reason", {"version": version})
    with TemporaryDirectory(prefix="resopen-", ignore_cleanup_errors=True) as scratch:
        order = _order(package, output, Path(scratch))
        number, name = parse_version(version), order.package.name
        if number not in published_versions(order.output, name):
            raise PublishRefused("publish.no-such-version", {"version": version, "folder": str(order.output)})
        mark = withdrawn_file(order.output, name, number)
        if mark.exists():
            raise PublishRefused("publish.withdrawn-already", {"version": version, "file": str(mark)})
        write_atomically(mark, f"{date.today().isoformat()}: {reason}\n".encode())
    say(messages.text("ui.withdrawn", {"version": version, "file": str(mark)}))
    return 0
