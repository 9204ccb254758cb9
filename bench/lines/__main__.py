"""`make bench-voice`, its second part: a real Asterisk, real calls, on this machine with everything on it.

First 300 callers wait for 30 people, ours and Asterisk's own queue after each other; then a ramp to 1,000
waiting and 100 talking and recorded. Callers send no sound unless they are among the loud ones.
"""

import argparse
import os
import shutil
import tempfile
from pathlib import Path


def main() -> int:
    """Both parts, as tables in Markdown."""
    parser = argparse.ArgumentParser("bench.lines", description=__doc__)
    parser.add_argument("--waiting", type=int, default=1_000, help="in the ramp; 0 leaves it out")
    parser.add_argument("--talking", type=int, default=100)
    parser.add_argument("--rate", type=float, default=15.0, help="calls a second in the ramp")
    parser.add_argument("--compare", type=int, default=300, help="waiting in the comparison; 0 leaves it out")
    options = parser.parse_args()
    var = tempfile.mkdtemp(prefix="bench.")
    os.environ.update(BARRYMORE_VAR=var, BARRYMORE_LOG="WARNING")
    try:
        import django

        django.setup()
        from django.core.management import call_command

        call_command("migrate", verbosity=0)
        from bench.lines.house import house
        from bench.lines.running import compare, ramp

        print("PostgreSQL" if os.environ.get("BARRYMORE_DATABASE") else "SQLite", end=": ", flush=True)
        with house(options.talking) as whole:
            if options.compare:
                compare(whole, options.compare, Path(var))
            if options.waiting:
                ramp(whole, options.waiting, options.talking, options.rate, Path(var))
        return 0
    finally:
        shutil.rmtree(var, ignore_errors=True)


if __name__ == "__main__":
    raise SystemExit(main())
