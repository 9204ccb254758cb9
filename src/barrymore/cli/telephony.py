"""`barrymore telephony`: enter nodes and numbers, write Asterisk's configuration, drive the calls."""

import gc
import json
import signal
import sys
import threading
from argparse import ArgumentParser, Namespace
from pathlib import Path
from types import FrameType

EXAMPLES = """
  barrymore telephony node main                       an Asterisk on this machine
  barrymore telephony trunk main carrier sip.carrier.example --user 4711 --registers
  barrymore telephony number +37052000001 --queue Guests --name Reception
  barrymore telephony extension amina@mill.example    a SIP telephone; its password is printed once
  barrymore telephony config main /etc/asterisk       write the whole configuration
  barrymore telephony run                             with PostgreSQL: drive the calls
  barrymore telephony calls                           who waits and who talks now
"""


def add_arguments(parser: ArgumentParser) -> None:
    """What `barrymore telephony` takes."""
    from argparse import RawDescriptionHelpFormatter

    parser.epilog, parser.formatter_class = EXAMPLES, RawDescriptionHelpFormatter
    what = parser.add_subparsers(dest="what", required=True, metavar="what")
    what.add_parser("run", help="drive the calls of every active node until a signal")
    node = what.add_parser("node", help="add an Asterisk")
    node.add_argument("name")
    node.add_argument("--host", default="127.0.0.1", help="where its manager is reached")
    node.add_argument("--ami-port", type=int, default=5038)
    node.add_argument("--http-port", type=int, default=8088)
    node.add_argument("--sip-address", default="0.0.0.0", help="on which address it takes calls")  # noqa: S104
    node.add_argument("--sip-port", type=int, default=5060)
    node.add_argument("--public-address", default="", help="behind NAT: the address that others see")
    trunk = what.add_parser("trunk", help="add a line to a carrier")
    trunk.add_argument("node")
    trunk.add_argument("name")
    trunk.add_argument("host")
    trunk.add_argument("--port", type=int, default=5060)
    trunk.add_argument("--addresses", default="", help="where its calls come from, if from elsewhere too")
    trunk.add_argument("--user", default="", help="its password is asked for, or read from standard input")
    trunk.add_argument("--registers", action="store_true", help="we sign in at the carrier")
    number = what.add_parser("number", help="add numbers on which we are called")
    number.add_argument(
        "numbers", nargs="+", help="with + and country code; - reads them from standard input"
    )
    number.add_argument("--queue", default="", help="the name of the queue (default: the default one)")
    number.add_argument("--name", default="", help="what the person is shown")
    number.add_argument("--language", default="")
    extension = what.add_parser("extension", help="add a telephone of a person")
    extension.add_argument("email")
    extension.add_argument("--browser", action="store_true", help="the telephone in the browser")
    extension.add_argument("--number", default="", help="what colleagues dial (default: the next free one)")
    config = what.add_parser("config", help="write the whole configuration of a node")
    config.add_argument("node")
    config.add_argument("folder", type=Path)
    config.add_argument("--seen-as", default="", help="the folder's path as Asterisk sees it, in a chroot")
    config.add_argument(
        "--apart", action="store_true", help="keep sockets, logs and spool of this Asterisk in the folder too"
    )
    calls = what.add_parser("calls", help="the calls that stand now, or the newest")
    calls.add_argument("--all", action="store_true", help="the ended ones too")
    calls.add_argument("--json", action="store_true", help="print machine-readable lines")


def run(options: Namespace) -> int:
    """Do one of it; 2 where something is unknown or wrong."""
    import django

    django.setup()
    from django.core.exceptions import ObjectDoesNotExist, ValidationError

    from barrymore.telephony.spelling import CannotWrite

    try:
        return WAYS[options.what](options)
    except ValidationError as error:
        print("\n".join(error.messages), file=sys.stderr)
    except (ObjectDoesNotExist, CannotWrite) as error:
        print(error, file=sys.stderr)
    return 2


def _run(options: Namespace) -> int:
    from django.conf import settings

    from barrymore.telephony.watching import watch_nodes

    if settings.TASKS_EMBEDDED:
        print(
            "On SQLite `barrymore serve` drives the calls itself: one process writes.\n"
            "With PostgreSQL (BARRYMORE_DATABASE) this is a process of its own.",
            file=sys.stderr,
        )
        return 2
    stop = threading.Event()

    def end(number: int, frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    # Looking through all that the start has made would hold up callers for a tenth of a second.
    gc.collect()
    gc.freeze()
    print("Barrymore drives the telephones", flush=True)
    watch_nodes(stop)
    return 0


def _node(options: Namespace) -> int:
    from barrymore.telephony.services import add_node

    names = ("host", "ami_port", "http_port", "sip_address", "sip_port", "public_address")
    node = add_node(None, options.name, **{name: getattr(options, name) for name in names})
    print(f"Added. Next: barrymore telephony config {node.name} /etc/asterisk")
    return 0


def _trunk(options: Namespace) -> int:
    from getpass import getpass

    from barrymore.telephony.models import Node
    from barrymore.telephony.services import add_trunk

    secret = ""
    if options.user:
        secret = getpass("Password at the carrier: ") if sys.stdin.isatty() else sys.stdin.readline().strip()
    add_trunk(
        None,
        Node.objects.get(name=options.node),
        options.name,
        secret,
        host=options.host,
        port=options.port,
        addresses=options.addresses,
        username=options.user,
        registers=options.registers,
    )
    return _told_to_write(options.node)


def _number(options: Namespace) -> int:
    from barrymore.routing.models import Queue
    from barrymore.telephony.services import add_numbers

    told = sys.stdin.read().split() if options.numbers == ["-"] else options.numbers
    queue = Queue.objects.get(name=options.queue, is_active=True) if options.queue else None
    site = queue.site if queue else None
    fresh = add_numbers(None, told, queue=queue, site=site, name=options.name, language=options.language)
    print(f"{len(fresh)} added.")
    return _told_to_write("NODE")


def _extension(options: Namespace) -> int:
    from barrymore.organisation.models import Staff
    from barrymore.telephony.models import Extension
    from barrymore.telephony.services import add_extension

    staff = Staff.objects.get(email=options.email.lower(), is_active=True)
    kind = Extension.Kind.BROWSER if options.browser else Extension.Kind.SIP
    extension, secret = add_extension(None, staff, number=options.number, kind=kind)
    print(f"extension {extension.number}\nuser      {extension.username}\npassword  {secret}")
    return _told_to_write("NODE")


def _told_to_write(node: str) -> int:
    print(f"Then write it to Asterisk: barrymore telephony config {node} /etc/asterisk", file=sys.stderr)
    return 0


def _config(options: Namespace) -> int:
    from barrymore.telephony.configuring.writing import Place, write_configuration
    from barrymore.telephony.models import Node

    seen_as = options.seen_as or str(options.folder.resolve())
    place = Place(options.folder, seen_as, options.apart)
    names = write_configuration(Node.objects.get(name=options.node), place)
    print(f"{len(names)} files in {options.folder}. Let Asterisk's user read them, then restart it,")
    print("or for numbers and telephones alone: asterisk -rx 'core reload'")
    return 0


def _calls(options: Namespace) -> int:
    from barrymore.telephony.selectors import call_told, newest_calls

    for call in newest_calls(live=not options.all):
        told = call_told(call)
        print(json.dumps(told) if options.json else "  ".join(str(value) for value in told.values()))
    return 0


WAYS = {
    "run": _run,
    "node": _node,
    "trunk": _trunk,
    "number": _number,
    "extension": _extension,
    "config": _config,
    "calls": _calls,
}
