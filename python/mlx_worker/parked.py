"""Rows that have left the batch with their caches, to go on later as if nothing had happened."""

from .groups import Group, group_bytes
from .rows import PRIORITIES, Row


class Parked:
    """Paused rows wait until their readers have caught up; the others made room for more urgent ones."""

    def __init__(self) -> None:
        self._groups: dict[Row, Group] = {}
        self._paused: set[Row] = set()

    def __contains__(self, row: object) -> bool:
        return row in self._groups

    def __len__(self) -> int:
        return len(self._groups)

    @property
    def paused(self) -> int:
        return len(self._paused)

    def put(self, row: Row, group: Group) -> None:
        self._groups[row] = group

    def pause(self, row: Row) -> None:
        self._paused.add(row)

    def proceed(self, row: Row) -> None:
        self._paused.discard(row)

    def pop(self, row: Row) -> Group:
        """What was put for the row, which is forgotten. Raises KeyError for an unknown one."""
        self._paused.discard(row)
        return self._groups.pop(row)

    def next(self) -> Row | None:
        """The row to go on first: the most urgent, and of these the one parked first."""
        ready = [row for row in self._groups if row not in self._paused]
        return min(ready, key=lambda row: PRIORITIES[row.priority], default=None)

    def bytes(self) -> tuple[int, int]:
        """What their caches take, and what their tokens need."""
        return group_bytes(self._groups.values())
