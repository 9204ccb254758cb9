"""Look at a restored house from inside: run as a process of its own, in the restored environment.

`python -m barrymore.cli.keeping.drill FOLDER` reads FOLDER/manifest.json and prints one JSON object:
`fatal` says why it must not be used, `findings` what was wrong already when it was backed up.
"""

import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any


def main() -> None:
    """Check, bring forward, check."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "barrymore.config.settings")
    import django

    django.setup()
    folder = Path(sys.argv[1])
    manifest = json.loads((folder / "manifest.json").read_text())
    about = json.loads((folder / "about.json").read_text())
    fatal = newer(about) or list(_counted(manifest))
    result: dict[str, Any] = {"fatal": fatal, "findings": [], "migrated": 0}
    if not fatal:
        result["migrated"] = _bring_forward()
        result["findings"] = list(findings(with_key=about["with_key"]))
    _close()
    print(json.dumps(result))


def newer(about: dict[str, Any]) -> list[str]:
    """Migrations that this code does not know: the archive comes from a newer Barrymore."""
    from django.db.migrations.loader import MigrationLoader

    known = {f"{app}.{name}" for app, name in MigrationLoader(None).disk_migrations or {}}
    unknown = sorted(set(about["migrations"]) - known)
    if not unknown:
        return []
    return [
        f"made by a newer Barrymore ({about['version']}): {', '.join(unknown[:3])} are unknown; install it"
    ]


def _counted(manifest: dict[str, Any]) -> Iterator[str]:
    """The rows of every table, the outbox by state and the newest fact are those of the backup."""
    from django.db import connection

    from barrymore.cli.keeping.contents import contents_of

    if connection.vendor == "sqlite":
        yield from _sqlite_faults()
    with connection.cursor() as cursor:
        found = contents_of(cursor, connection.vendor)
    for what in ("tables", "outbox"):
        here, there = getattr(found, what), manifest[what]
        for name in sorted({*here, *there}):
            if here.get(name) != there.get(name):
                yield f"{what} {name}: {here.get(name)} rows restored of {there.get(name)}"
    if found.newest_fact != manifest["newest_fact"]:
        yield f"newest fact {found.newest_fact}, backed up was {manifest['newest_fact']}"


def _sqlite_faults() -> Iterator[str]:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("PRAGMA integrity_check(5)")
        yield from (f"integrity: {text}" for (text,) in cursor.fetchall() if text != "ok")
        cursor.execute("PRAGMA foreign_key_check")
        yield from (f"a row of {row[0]} points to a missing one of {row[2]}" for row in cursor.fetchmany(5))


def _bring_forward() -> int:
    """Apply what this code has and the archive had not yet; returns how many."""
    from django.core.management import call_command
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    call_command("migrate", verbosity=0, interactive=False)
    return len(plan)


def findings(*, with_key: bool) -> Iterator[str]:
    """The invariants that a restored house must hold."""
    yield from _files()
    yield from _journal()
    yield from _conversations()
    yield from _outbox()
    if with_key:
        yield from _seals()


def _files() -> Iterator[str]:
    """Every file that a row names is there, byte for byte."""
    import hashlib

    from django.conf import settings

    from barrymore.channels.models import RawMail
    from barrymore.conversations.models import Attachment

    named = Attachment.objects.values_list("path", "digest", "size")
    mails = RawMail.objects.exclude(path="").values_list("path", "digest", "size")
    for path, digest, size in (*named.iterator(), *mails.iterator()):
        file = Path(settings.MEDIA_ROOT) / path
        if not file.is_file():
            yield f"file {path} is missing"
            continue
        with file.open("rb") as opened:
            if hashlib.file_digest(opened, "sha256").hexdigest() != digest or file.stat().st_size != size:
                yield f"file {path} is not what was stored"


def _journal() -> Iterator[str]:
    from django.db.models import Count

    from barrymore.journal.models import Fact

    for key in (
        Fact.objects.values("key").annotate(n=Count("id")).filter(n__gt=1).values_list("key", flat=True)[:5]
    ):
        yield f"fact {key} is there twice"


def _conversations() -> Iterator[str]:
    """Nobody is lost: what is open has an owner, or a place in a queue that people see."""
    from barrymore.conversations.models import Conversation

    closed = Conversation.State.CLOSED
    running = Conversation.objects.exclude(state=closed).filter(is_spam=False)
    lost = running.filter(owner=None, placement=None) | running.filter(owner=None, placement__is_open=False)
    for pk in lost.values_list("pk", flat=True)[:20]:
        yield f"conversation {pk} is open, has no owner and stands in no queue"


def _outbox() -> Iterator[str]:
    """No answer waits for a row that is not there."""
    from barrymore.conversations.models import Message
    from barrymore.delivery.models import OutboxRow

    queued = Message.objects.filter(status=Message.Status.QUEUED).values_list("pk", flat=True)
    for pk in queued.iterator():
        if not OutboxRow.objects.filter(effect_key=f"message:{pk}").exists():
            yield f"message {pk} is queued, and nothing in the outbox will send it"


def _seals() -> Iterator[str]:
    """With the key that came along, the passwords of the mailboxes can be read."""
    from barrymore.channels.models import Mailbox
    from barrymore.organisation.secrets import SealBroken, unseal

    for mailbox in Mailbox.objects.exclude(secret=""):
        try:
            unseal(mailbox.secret)
        except SealBroken:
            yield f"the password of mailbox {mailbox.pk} cannot be read with this key; enter it again"


def _close() -> None:
    """The last connection to close empties SQLite's log into the file that is moved afterwards."""
    from django.db import connection

    connection.close()


if __name__ == "__main__":
    main()
