"""CPU and memory of each process, phase by phase."""

import os
import time

from bench.lines.house import memory_mb
from bench.measuring import cpu_seconds


class Meter:
    """Shares of one core, in percent."""

    def __init__(self, telephony: int, asterisk: int) -> None:
        self._processes = {"telephony": telephony, "Asterisk": asterisk}
        if database := os.environ.get("BARRYMORE_BENCH_DATABASE_PID"):
            self._processes["database"] = int(database)
        self._rows: list[tuple[str, float, dict[str, float], float]] = []
        self._name, self._at = "", 0.0
        self._used: dict[str, float] = {}

    def begin(self, name: str) -> None:
        """Close the phase that runs and open the next."""
        now, used = time.monotonic(), {key: cpu_seconds([pid]) for key, pid in self._processes.items()}
        if self._name:
            length = now - self._at
            share = {key: 100 * (used[key] - self._used[key]) / length for key in used}
            self._rows.append((self._name, length, share, memory_mb(self._processes["telephony"])))
        self._name, self._at, self._used = name, now, used

    def end(self) -> None:
        """Close the last phase."""
        self.begin("")

    def tell(self) -> None:
        """As a table in Markdown."""
        heads = " | ".join(f"{key} %" for key in self._processes)
        print(f"\n| phase | s | {heads} | telephony MB |\n|---|---|{'---|' * (len(self._processes) + 1)}")
        for name, length, share, memory in self._rows:
            cells = " | ".join(f"{share[key]:.0f}" for key in self._processes)
            print(f"| {name} | {length:.0f} | {cells} | {memory:.0f} |")
