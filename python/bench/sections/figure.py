"""One line of the table, and the time a section may take."""

import statistics
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

WIDTHS = (58, 16, 16, 8, 8)


@dataclass
class Figure:
    """What was measured of ours, what it is held against, and the bar on `value`, the quotient of the two.

    `bar` None prints a figure without a bar.
    """

    name: str
    ours: str
    theirs: str
    value: float
    bar: float | None
    side: Literal["at least", "at most"] = "at least"

    @property
    def verdict(self) -> str:
        if self.bar is None:
            return ""
        met = self.value >= self.bar if self.side == "at least" else self.value <= self.bar
        return "met" if met else "MISSED"

    def line(self) -> str:
        sign = "≥" if self.side == "at least" else "≤"
        bar = "" if self.bar is None else f"{sign} {self.bar:g}"
        return row(self.name, self.ours, self.theirs, f"{self.value:.3f}", bar, self.verdict)


def row(name: str, *cells: str) -> str:
    """One line of the table; the last cell may be as long as it likes."""
    *padded, last = cells
    columns = [cell.rjust(width) for cell, width in zip(padded, WIDTHS[1:], strict=True)]
    return " ".join([name.ljust(WIDTHS[0]), *columns, "", last]).rstrip()


@dataclass
class Patience:
    """How many rounds a section measures: those asked for, fewer when its seconds are over."""

    seconds: float
    rounds: int | None = None

    def __post_init__(self) -> None:
        self._deadline = time.monotonic() + self.seconds

    def turns(self, usual: int, share: float = 1.0) -> Iterator[int]:
        """Round numbers, at least one; ends when `share` of the section's seconds has gone by from here."""
        end = min(self._deadline, time.monotonic() + self.seconds * share)
        for turn in range(self.rounds or usual):
            if turn and time.monotonic() > end:
                return
            yield turn


def median(values: Sequence[float]) -> float:
    return statistics.median(values) if values else float("nan")


def milliseconds(seconds: float) -> str:
    if seconds >= 10:
        return f"{seconds:.1f} s"
    return f"{seconds * 1000:.1f} ms" if seconds >= 0.01 else f"{seconds * 1000:.2f} ms"


def per_second(rate: float) -> str:
    return f"{rate:.1f} tok/s" if rate < 100 else f"{rate:.0f} tok/s"
