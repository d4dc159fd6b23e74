"""The next version before it is one: what it must be called, and the draft of its section in the changelog."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

from resopen.differences.records import Difference
from resopen.differences.versions import changelog_entry, next_version, version_step
from resopen.errors import PublishRefused
from resopen.messages import Messages
from resopen.publishing.conditions import check_first, check_names, check_number
from resopen.publishing.contents import build
from resopen.publishing.material import Order, Step, gather
from resopen.publishing.release import check_enough, day_of_version, difference_to
from resopen.publishing.versions import add_entry, entry_date, parse_version, published_versions
from resopen.schema.version import Version
from resopen.tables.files import write_atomically

FIRST = "0.1.0"


def draft_version(order: Order, messages: Messages, step: Step) -> str:
    """Return the version that the changes since the last one demand; 0.1.0 when there is none yet.

    Both are looked at as of the day of the last one: that a day has gone by is no change.
    Raises PublishRefused when nothing has changed, or when no version lies there but the changelog
    tells of later ones; otherwise as `publish`.
    """
    check_names(order.package.descriptor)
    earlier = published_versions(order.output, order.package.name)
    if not earlier:
        check_first(order.output, order.changelog, parse_version(FIRST))
        return FIRST
    needed = version_step(_difference(order, earlier[-1], day_of_version(order, earlier[-1]), messages, step))
    if needed == "none":
        raise PublishRefused("publish.nothing-changed", {"version": str(earlier[-1])})
    return next_version(str(earlier[-1]), needed)


def draft_entry(order: Order, version: str, today: date, messages: Messages, step: Step) -> None:
    """Write a section for a version into the changelog, to be read over and edited before it is published.

    It is generated from what differs since the last version, in English and in Russian. Raises
    PublishRefused when there is a section of that version already, or the number is too small for
    the changes; otherwise as `publish`.
    """
    number = parse_version(version)
    check_names(order.package.descriptor)
    check_number(order.output, order.package.name, number)
    try:
        entry_date(order.changelog, number)
    except PublishRefused:
        pass
    else:
        raise PublishRefused("publish.in-changelog", {"file": str(order.changelog), "version": version})
    earlier = published_versions(order.output, order.package.name)
    if earlier:
        if number <= earlier[-1]:
            raise PublishRefused("publish.not-newer", {"version": version, "earlier": str(earlier[-1])})
        found = _difference(order, earlier[-1], today, messages, step)
        check_enough(found, earlier[-1], number)
        english, russian = (changelog_entry(found, version, language, today) for language in ("en", "ru"))
        entry = english.rstrip() + "\n\n" + russian.partition("\n")[2].strip() + "\n"
    else:
        entry = f"## {version} - {today.isoformat()}\n\n- The first version.\n\n- Первая версия.\n"
    write_atomically(order.changelog, add_entry(order.changelog, entry).encode())


def _difference(order: Order, earlier: Version, today: date, messages: Messages, step: Step) -> Difference:
    """Return what differs between an earlier version and one that would be built now."""
    with TemporaryDirectory(prefix="resopen-", ignore_cleanup_errors=True) as scratch:
        folder = Path(scratch)
        for name in ("material", "version", "compare"):
            (folder / name).mkdir()
        material = gather(order, today, messages, folder / "material", step)
        step("write")
        build(order, material, str(earlier), today, folder / "version")
        material.connection.close()
        step("compare")
        return difference_to(order, earlier, folder / "version", folder / "compare", today)
