"""`barrymore replay`: recompute a figure from the raw facts."""

import json
import sys
from argparse import ArgumentParser, Namespace
from datetime import date


def add_arguments(parser: ArgumentParser) -> None:
    """What `barrymore replay` takes."""
    parser.add_argument("what", choices=["figure"])
    parser.add_argument("metric", help="such as satisfaction or speed_of_answer")
    parser.add_argument("--since", type=date.fromisoformat, required=True, help="first day, 2026-11-01")
    parser.add_argument("--until", type=date.fromisoformat, required=True, help="last day, 2026-11-28")
    parser.add_argument("--site", type=int)
    parser.add_argument("--queue", type=int)
    parser.add_argument("--point", type=int)
    parser.add_argument("--hash", default="", help="fail unless the inputs give this hash")


def run(options: Namespace) -> int:
    """Print the figure as JSON; 1 when --hash differs, 2 for a wrong wish."""
    import django

    django.setup()
    from barrymore.figures.scope import Period, Scope
    from barrymore.figures.selectors import figure
    from barrymore.organisation.selectors import company

    try:
        scope = Scope(site=options.site, queue=options.queue, point=options.point)
        period = Period(options.since, options.until, company().timezone)
        found = figure(options.metric, scope, period, from_facts=True)
    except ValueError as error:
        print(error, file=sys.stderr)
        return 2
    print(json.dumps(found.as_dict(), indent=2, default=str))
    return int(bool(options.hash) and options.hash != found.inputs_hash)
