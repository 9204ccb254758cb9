"""`barrymore extras`: install, check and remove programs that understand sound and pictures."""

import json
import sys
from argparse import ArgumentParser, Namespace
from typing import Any

from barrymore.extras.catalog import EXTRAS


def add_arguments(parser: ArgumentParser) -> None:
    """What `barrymore extras` takes."""
    parser.add_argument("what", choices=["list", "install", "remove", "check"], help="what to do")
    parser.add_argument("name", nargs="?", choices=list(EXTRAS), help="which; all where none is named")
    parser.add_argument("--json", action="store_true", help="as JSON")


def run(options: Namespace) -> int:
    """0 when all went well, 1 where an extra does not work, 2 where none was named that must be."""
    import django

    django.setup()
    if options.what in ("install", "remove") and not options.name:
        print(f"Name one: barrymore extras {options.what} {'|'.join(EXTRAS)}", file=sys.stderr)
        return 2
    chosen = [options.name] if options.name else list(EXTRAS)
    return {"list": _list, "install": _install, "remove": _remove, "check": _check}[options.what](
        chosen, options.json
    )


def _state(name: str) -> dict[str, Any]:
    from barrymore.extras.environment import folder_of, is_current, is_installed, model_of

    extra = EXTRAS[name]
    model = model_of(extra)
    state = "current" if is_current(extra) else "older" if is_installed(extra) else "not installed"
    told: dict[str, Any] = {
        "name": name,
        "about": extra.about,
        "state": state,
        "folder": str(folder_of(extra)),
    }
    if extra.needs_model:
        told["model"] = str(model) if model else None
    return told


def _tell(told: list[dict[str, Any]], as_json: bool) -> None:
    if as_json:
        print(json.dumps(told, indent=1))
        return
    for one in told:
        print(f"{one['name']}: {one['state']} · {one['about']}")
        if "model" in one:
            print(f"  model: {one['model'] or 'none; see docs/extras.md'}")
        if one.get("said"):
            print(f"  {one['said']}")


def _list(names: list[str], as_json: bool) -> int:
    _tell([_state(name) for name in names], as_json)
    return 0


def _install(names: list[str], as_json: bool) -> int:
    from barrymore.extras.environment import NotInstalled, install, is_current, model_of

    if is_current(EXTRAS[names[0]]):
        print(f"{names[0]} is there already; to make it anew, remove it first.", file=sys.stderr)
        return 0
    try:
        install(EXTRAS[names[0]], lambda words: print(words, file=sys.stderr, flush=True))
    except NotInstalled as error:
        print(f"{error}\nNothing was changed.", file=sys.stderr)
        return 1
    if model_of(EXTRAS[names[0]]) is None:
        _tell([{**_state(names[0]), "said": "installed; it works once its model is there"}], as_json)
        return 0
    return _check(names, as_json)


def _remove(names: list[str], as_json: bool) -> int:
    from barrymore.extras.environment import remove

    gone = remove(EXTRAS[names[0]])
    print(f"{names[0]} is removed." if gone else f"{names[0]} was not there.", file=sys.stderr)
    return 0


def _check(names: list[str], as_json: bool) -> int:
    """Begin each that is installed and let it do its least; one that is not installed is no fault."""
    from barrymore.extras.environment import is_installed
    from barrymore.extras.worker import Broke, NotThere, Unreadable, Worker

    told, bad = [], 0
    for name in names:
        line = _state(name)
        if is_installed(EXTRAS[name]):
            worker = Worker(EXTRAS[name])
            try:
                worker.ask("hello", 60.0)
                shut = "by the kernel" if worker.hello["closed"] else "by Python only"
                line["said"] = f"works: {worker.hello['model']}; network closed {shut}"
            except (NotThere, Broke, Unreadable) as error:
                line["said"], bad = f"does not work: {error}", 1
            worker.rest(after=0)
        told.append(line)
    _tell(told, as_json)
    return bad
