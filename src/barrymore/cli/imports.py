"""`barrymore import`: bring the history of a mailbox, of Zendesk or of Chatwoot, after a dry run."""

import os
import sys
from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import IO, Any

from barrymore.cli.import_ways import Here, There, Way
from barrymore.cli.keeping.ways import FAULTY, STOPPED, Bar, Refused, guarded, tell

AT_WORK = {"checking", "running", "undoing"}
# After a kill the verb is done already, and only has to come to its end.
GOES_ON = {"run": "running", "undo": "undoing"}
LABELS = {"checking": "checking", "running": "importing", "undoing": "undoing"}


def add_arguments(parser: ArgumentParser) -> None:
    """What `barrymore import` takes."""
    parser.add_argument("file", nargs="?", type=Path, help="the export, or several files of it in one zip")
    parser.add_argument(
        "--from", dest="kind", choices=["mbox", "zendesk", "chatwoot"], help="whose export it is"
    )
    parser.add_argument("--queue", type=int, help="number of the queue (default: the first one)")
    parser.add_argument(
        "--close-open",
        action="store_true",
        help="close what is still open there instead of answering it here",
    )
    parser.add_argument(
        "--own",
        action="append",
        default=[],
        metavar="ADDRESS",
        help="mbox: an address of yours (default: those of the mailboxes)",
    )
    parser.add_argument(
        "--days", type=int, default=30, help="mbox: days for which a subject goes on (default: 30)"
    )
    parser.add_argument("--yes", action="store_true", help="import after the check without asking")
    parser.add_argument("--run", type=int, metavar="NUMBER", help="run or go on with a checked import")
    parser.add_argument("--cancel", type=int, metavar="NUMBER", help="stop one; what has come stays")
    parser.add_argument("--undo", type=int, metavar="NUMBER", help="take back what nobody has touched since")
    parser.add_argument("--url", help="a house that serves; the token comes from BARRYMORE_TOKEN")
    parser.add_argument("--json", action="store_true", help="print one machine-readable line")


def run(options: Namespace) -> int:
    """Import; 1 when a file cannot be read, 2 when refused, 3 while somebody serves from this folder."""
    return guarded(lambda: _import(options))


def _import(options: Namespace) -> int:
    way, lock = _way(options)
    try:
        job = _begun(way, options)
        job = _worked(way, job["id"])
        if job["state"] == "ready" and _wants(options, job):
            way.act(job["id"], "run")
            job = _worked(way, job["id"])
        tell(job, _sentence(job), as_json=options.json)
        return FAULTY if job["state"] == "failed" else 0
    finally:
        if lock:
            lock.close()


def _way(options: Namespace) -> tuple[Way, IO[str] | None]:
    if options.url:
        token = os.environ.get("BARRYMORE_TOKEN", "")
        if not token:
            raise Refused(
                "Put a token with settings.manage into BARRYMORE_TOKEN (barrymore token … makes one)."
            )
        return There(options.url, token), None
    import django

    django.setup()
    from django.conf import settings
    from django.core.management import call_command

    from barrymore.cli.lock import alone

    lock = None
    if settings.TASKS_EMBEDDED:
        try:
            lock = alone(Path(settings.VAR))
        except SystemExit:
            print("To import into it while it serves, add --url with its address.", file=sys.stderr)
            raise
        call_command("migrate", verbosity=0, interactive=False)
        from barrymore.channels.imports.keeping import release_imports

        release_imports()
    return Here(), lock


def _begun(way: Way, options: Namespace) -> dict[str, Any]:
    """The import that is meant: a new one, or the numbered one with the verb done to it."""
    for verb in ("run", "cancel", "undo"):
        if ref := getattr(options, verb):
            job = way.look(ref)
            return job if job["state"] == GOES_ON.get(verb) else way.act(ref, verb)
    if options.file is None or options.kind is None:
        raise Refused("Name a file and whose export it is: barrymore import tickets.json --from zendesk")
    if not options.file.is_file():
        raise Refused(f"There is no file {options.file}.")
    wish = {
        "kind": options.kind,
        "queue": options.queue,
        "open": "close" if options.close_open else "queue",
        "own_addresses": " ".join(options.own),
        "days": options.days,
    }
    return way.begin(options.file, wish)


def _worked(way: Way, ref: int) -> dict[str, Any]:
    """Wait with a bar until nothing is at work; a signal leaves it where it stands."""
    job = way.look(ref)
    state, bar = "", Bar("")
    try:
        while job["state"] in AT_WORK:
            if job["state"] != state:
                state, bar = job["state"], Bar(LABELS[job["state"]])
            bar.at(job["progress"]["done"], job["progress"]["total"] or 1)
            way.step()
            job = way.look(ref)
    except KeyboardInterrupt:
        print(f"\nStopped where it stood. Go on: barrymore import --run {ref}", file=sys.stderr)
        raise SystemExit(STOPPED) from None
    if state:
        bar.at(1, 1)
    return job


def _wants(options: Namespace, job: dict[str, Any]) -> bool:
    if options.yes:
        return True
    if options.json or not sys.stdin.isatty():
        return False
    print(_sentence(job))
    return input("Import now? [y/N] ").strip().lower() in {"y", "yes"}


def _sentence(job: dict[str, Any]) -> str:
    from barrymore.channels.imports.telling import besides, did, undone, would

    counts, ref = job["counts"], job["id"]
    if job["state"] == "failed":
        return f"{job['error']['what']} {job['error']['what_to_do']}"
    lines = [f"  {one['row']}: {one['what']}. {one['what_to_do']}" for one in job.get("errors", [])]
    if job["state"] == "ready":
        queue = f"queue {job['options']['queue']}" if job["options"]["queue"] else "the first queue"
        more = besides(counts, queue=queue, closes_open=job["options"]["open"] == "close")
        return "\n".join(
            [would(counts), *more, *lines, f"Nothing is written yet: barrymore import --run {ref}"]
        )
    if job["state"] == "undone":
        return "\n".join(undone(counts))
    told = did(counts) if job["started_at"] else ["Cancelled; nothing was written."]
    return "\n".join([*told, *lines, f"Take it back: barrymore import --undo {ref}"])
