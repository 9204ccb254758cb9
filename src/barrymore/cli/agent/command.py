"""`barrymore button-agent`: what it takes and how it ends."""

import os
import signal
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from types import FrameType

from barrymore.cli.agent import house
from barrymore.cli.agent.plan import EXAMPLE, Plan, Wrong, read_plan
from barrymore.cli.agent.presses import of_device, of_lines
from barrymore.cli.agent.running import Sender, keep_all
from barrymore.cli.agent.signs import name_of
from barrymore.cli.agent.store import Store, lock

WRONG, WAITS = 2, 1


def add_arguments(parser: ArgumentParser) -> None:
    """What `barrymore button-agent` takes."""
    parser.add_argument("--config", type=Path, help="a TOML file: server, device, store, ca, scale, [keys]")
    parser.add_argument(
        "--key", action="append", default=[], metavar="KEY=VALUE", help="such as 1=great, f2=served, 3=1"
    )
    parser.add_argument("--device", help="such as /dev/input/by-id/usb-…-event-kbd")
    parser.add_argument("--stdin", action="store_true", help="read keys from standard input, one a line")
    parser.add_argument("--server", help="the address of the house")
    parser.add_argument("--ca", help="the certificate to trust, where the house has made its own")
    parser.add_argument("--store", help="the folder for the key and for presses that wait")
    parser.add_argument("--scale", help="of values that are numbers (default: smile4)")
    parser.add_argument("--echo", action="store_true", help="print a line for each press that is kept")
    does = parser.add_mutually_exclusive_group()
    does.add_argument("--enrol", metavar="LINK", help="trade the link or code of the settings page, and end")
    does.add_argument(
        "--show-keys", action="store_true", help="print the keys that are pressed; send nothing"
    )
    does.add_argument("--status", action="store_true", help="tell what waits and what was lost, and end")


def say(text: str) -> None:
    """A line for people and for the journal."""
    print(text, file=sys.stderr, flush=True)


def run(options: Namespace) -> int:
    """0 when all went well, 1 when presses wait, 2 when something must be mended first."""
    os.umask(0o077)
    told = {name: getattr(options, name) or "" for name in ("server", "device", "store", "ca", "scale")}
    try:
        plan = read_plan(options.config, options.key, **told)
        if options.show_keys:
            return _show(plan, options)
        if options.enrol:
            return _enrol(plan, options.enrol)
        return _status(plan) if options.status else _serve(plan, options)
    except Wrong as wrong:
        say(str(wrong))
        return WRONG
    except OSError as error:
        say(f"Stopped: {error}")
        return WRONG


def _enrol(plan: Plan, told: str) -> int:
    plan.store.mkdir(parents=True, exist_ok=True, mode=0o700)
    place = house.enrol(told, plan.server, plan.store, plan.ca)
    say(f"This is device {place.device} of {place.server} now. Its key lies in {plan.store}.")
    if house.is_open_line(place.server):
        say("Mind: over http anybody on the way can read the key. Use https.")
    return 0


def _status(plan: Plan) -> int:
    if not (plan.store / "presses.sqlite3").exists():
        raise Wrong(f"Nothing was kept in {plan.store} yet.")
    store = Store(plan.store, say=say)
    stands = store.standing()
    store.close()
    heard = "never"
    if stands.acknowledged:
        heard = datetime.fromtimestamp(stands.acknowledged).astimezone().isoformat(" ", "seconds")
    print(f"waiting {stands.waiting}\nlost {stands.lost}\nlast acknowledged {heard}\nboot {stands.boot}")
    return 0


class _Stop:
    """Set by a signal, looked at between presses."""

    def __init__(self) -> None:
        self.is_set = False
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._set)

    def _set(self, number: int, frame: FrameType | None) -> None:
        self.is_set = True

    def __call__(self) -> bool:
        return self.is_set


def _show(plan: Plan, options: Namespace) -> int:
    for code in _codes(plan, options, _Stop()):
        print(f"{name_of(code)} (code:{code})", flush=True)
    return 0


def _codes(plan: Plan, options: Namespace, stop: _Stop) -> Iterator[int]:
    if options.stdin:
        return of_lines(sys.stdin.fileno(), say, stop)
    if not plan.device:
        raise Wrong("device: name the button with --device /dev/input/by-id/…, or read keys with --stdin.")
    return of_device(plan.device, say, stop)


def _serve(plan: Plan, options: Namespace) -> int:
    if not plan.said:
        raise Wrong(f"keys: no key says anything. Give --key 1=great, or a file with --config:\n{EXAMPLE}")
    place = house.place_in(plan.store)
    if place is None:
        raise Wrong(
            f"{plan.store} holds no key yet. Settings, Points, a point, add a device, Button; then:\n"
            "barrymore button-agent --enrol <the link that the page shows>"
        )
    stop = _Stop()
    codes = _codes(plan, options, stop)
    held, store = lock(plan.store), Store(plan.store, say=say)
    store.belongs_to(place.device)
    sender = Sender(store, plan.store, place, plan.ca, say)
    sender.start()
    try:
        keep_all(plan, codes, store, sender, say, options.echo)
    finally:
        sender.end()
        sender.join(house.WAIT_SECONDS + 5)
    if not stop():
        # Standard input is over: once more, and then it is known whether anything waits.
        sender.stop.clear()
        sender.send_all()
    waiting = store.standing().waiting
    store.close()
    held.close()
    if waiting:
        say(f"{waiting} wait in {plan.store} and are sent when this runs again.")
    return WAITS if waiting and not stop() else 0
