"""`barrymore`: the command line."""

import argparse
import os
import sys
from collections.abc import Sequence

from barrymore import __version__
from barrymore.cli import (
    backup,
    demo,
    detect,
    doctor,
    hook,
    imports,
    move,
    replay,
    restore,
    serve,
    simulate,
    token,
)

ABOUT = """Barrymore: every contact, every promise, every honest figure.

Settings come from the environment (docs/operations.md): BARRYMORE_VAR is the folder for data,
BARRYMORE_DATABASE a PostgreSQL address, BARRYMORE_URL the address that people use."""


def parser() -> argparse.ArgumentParser:
    """Every command with its help."""
    whole = argparse.ArgumentParser(
        "barrymore", description=ABOUT, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    whole.add_argument("--version", action="version", version=__version__)
    commands = whole.add_subparsers(dest="command", required=True, metavar="command")
    for name, module, about in (
        ("serve", serve, "serve the pages and do the work beside them"),
        ("run-demo", demo, "found the demo company, play its history, serve it with live traffic"),
        ("doctor", doctor, "look at mail, storage, clocks and TLS, and say what to mend"),
        ("token", token, "issue an API token for a member of staff"),
        ("hook-secret", hook, "show the secret with which a hotel system signs its bookings"),
        ("import", imports, "bring the history of a mailbox, Zendesk or Chatwoot, after a dry run"),
        ("backup", backup, "write database, files and keys into one archive, while the product serves"),
        ("restore", restore, "prove an archive and put it in place, or only drill it with --check"),
        ("move-to-postgres", move, "move everything from SQLite to an empty PostgreSQL, and compare"),
        ("replay", replay, "recompute a figure from the facts"),
        ("detect", detect, "judge feedback by its files: questions about gaming, with evidence"),
        ("simulate", simulate, "write labelled feedback, gamed and honest, to try the detectors on"),
    ):
        module.add_arguments(commands.add_parser(name, help=about, description=about))
    commands.add_parser("manage", help="Django's own commands", add_help=False)
    return whole


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the exit code is 0 when all went well."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "barrymore.config.settings")
    words = list(sys.argv[1:] if arguments is None else arguments)
    if words[:1] == ["manage"]:
        from django.core.management import execute_from_command_line

        execute_from_command_line(["barrymore manage", *words[1:]])
        return 0
    options = parser().parse_args(words)
    runs = {
        "serve": serve.run,
        "run-demo": demo.run,
        "doctor": doctor.run,
        "token": token.run,
        "hook-secret": hook.run,
        "import": imports.run,
        "backup": backup.run,
        "restore": restore.run,
        "move-to-postgres": move.run,
        "replay": replay.run,
        "detect": detect.run,
        "simulate": simulate.run,
    }
    return runs[options.command](options)
