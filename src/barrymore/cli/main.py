"""`barrymore`: the command line."""

import argparse
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Any

from barrymore import __version__

ABOUT = """Barrymore: every contact, every promise, every honest figure.

Settings come from the environment (docs/operations.md): BARRYMORE_VAR is the folder for data,
BARRYMORE_DATABASE a PostgreSQL address, BARRYMORE_URL the address that people use."""
# Command, module, about. Only the module of the command that is run is imported: an agent on a small computer
# has neither Django nor numpy.
COMMANDS = {
    "serve": ("serve", "serve the pages and do the work beside them"),
    "run-demo": ("demo", "found the demo company, play its history, serve it with live traffic"),
    "doctor": ("doctor", "look at mail, telephones, storage, clocks and TLS, and say what to mend"),
    "token": ("token", "issue an API token for a member of staff"),
    "telephony": ("telephony", "enter nodes and numbers, write Asterisk's configuration, drive the calls"),
    "hook-secret": ("hook", "show the secret with which a hotel system signs its bookings"),
    "import": ("imports", "bring the history of a mailbox, Zendesk or Chatwoot, after a dry run"),
    "backup": ("backup", "write database, files and keys into one archive, while the product serves"),
    "restore": ("restore", "prove an archive and put it in place, or only drill it with --check"),
    "move-to-postgres": ("move", "move everything from SQLite to an empty PostgreSQL, and compare"),
    "replay": ("replay", "recompute a figure from the facts"),
    "detect": ("detect", "judge feedback by its files: questions about gaming, with evidence"),
    "simulate": ("simulate", "write labelled feedback, gamed and honest, to try the detectors on"),
    "extras": ("extras", "install, check or remove what understands speech and pictures"),
    "button-agent": ("agent.command", "keep and send the presses of USB buttons, without a browser"),
}


def _module(command: str) -> Any:
    return import_module(f"barrymore.cli.{COMMANDS[command][0]}")


def parser(command: str = "") -> argparse.ArgumentParser:
    """Every command with its help; the arguments of one where it is named, else of all."""
    whole = argparse.ArgumentParser(
        "barrymore", description=ABOUT, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    whole.add_argument("--version", action="version", version=__version__)
    commands = whole.add_subparsers(dest="command", required=True, metavar="command")
    for name, (_where, about) in COMMANDS.items():
        added = commands.add_parser(name, help=about, description=about)
        if command in ("", name):
            _module(name).add_arguments(added)
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
    options = parser(words[0] if words else "-").parse_args(words)
    code: int = _module(options.command).run(options)
    return code
