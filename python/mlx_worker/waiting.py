"""Rows whose prompts are not in yet, and which of them is fed next."""

from collections.abc import Callable

from .rows import PRIORITIES, Row

# Of the chunks of one priority, each fourth goes to the row that has waited longest.
OLDEST_EVERY = 4


class Waiting:
    """The most urgent priority goes first. Within it the prompt with the least left to feed, so that a
    short one does not wait for a long one; some chunks go to the oldest, so that no stream of short ones
    starves it.
    """

    def __init__(self) -> None:
        self._rows: list[Row] = []
        self._paused: set[Row] = set()
        self._turn = 0

    def __contains__(self, row: object) -> bool:
        return row in self._rows

    def __len__(self) -> int:
        return len(self._rows)

    @property
    def paused(self) -> int:
        return len(self._paused)

    @property
    def ready(self) -> list[Row]:
        """Rows that may be fed, in the order they came."""
        return [row for row in self._rows if row not in self._paused]

    def add(self, row: Row) -> None:
        self._rows.append(row)

    def remove(self, row: Row) -> None:
        """Forget a row; an unknown one is ignored."""
        if row in self._rows:
            self._rows.remove(row)
        self._paused.discard(row)

    def pause(self, row: Row) -> None:
        self._paused.add(row)

    def proceed(self, row: Row) -> None:
        self._paused.discard(row)

    def urgency(self) -> int | None:
        """The number of the most urgent priority that waits; None when nobody does."""
        return min((PRIORITIES[row.priority] for row in self.ready), default=None)

    def next(self, left: Callable[[Row], int]) -> Row:
        """The row to feed a chunk of; `left` tells how many tokens of a row are to be fed. One must wait."""
        urgency = self.urgency()
        rows = [row for row in self.ready if PRIORITIES[row.priority] == urgency]
        self._turn += 1
        if self._turn % OLDEST_EVERY == 0:
            return rows[0]
        return min(rows, key=left)
