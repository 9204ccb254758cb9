"""`make bench-growth`: what ten times as many conversations cost, as a ratio of one run on PostgreSQL."""

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

AIM = 1.3


def main() -> int:
    """Measure both sizes one after the other and print the ratios."""
    parser = argparse.ArgumentParser("bench.growth", description=__doc__)
    parser.add_argument("--small", type=int, default=100_000)
    parser.add_argument("--large", type=int, default=1_000_000)
    parser.add_argument("--operations", type=int, default=300)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="growth.") as folder:
        small, large = (
            _costs(size, options.operations, Path(folder)) for size in (options.small, options.large)
        )
    print(f"\n| operation | {options.small:,} | {options.large:,} | ratio | aim |\n|---|---|---|---|---|")
    for name, cost in large.items():
        print(f"| {name} | {small[name]:.1f} | {cost:.1f} | {cost / small[name]:.2f} | {AIM} |")
    return 0


def _costs(size: int, operations: int, folder: Path) -> dict[str, float]:
    told = folder / f"{size}.json"
    wanted = ["--engine", "postgresql", "--conversations", str(size), "--operations", str(operations)]
    command = ["bash", "scripts/with-postgres", sys.executable, "-m", "bench", *wanted, "--json", str(told)]
    subprocess.run(command, check=True)
    costs: dict[str, float] = json.loads(told.read_text())
    return costs


if __name__ == "__main__":
    sys.exit(main())
