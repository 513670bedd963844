"""The rows that decode, in groups that pad little: one step of every group is one step of all rows."""

import copy
from collections.abc import Callable, Iterable
from typing import Any, Protocol

from .layers import can_merge, grow_by, layers_bytes, token_sizes, useful_bytes
from .lengths import allowed_padding, padding, partition

# Rows that were far apart in length are near enough some day.
REGROUP_EVERY_STEPS = 256
# Tokens that a group makes room for: an eighth of what it holds, so that copying stays rare.
GROWTH_SHARE, GROWTH_TOKENS = 8, (32, 256)


class Group(Protocol):
    """Rows that decode together; `kind` tells which groups may become one (None: this one never does).

    `next` may answer several tokens of one row, in order. `prompt_cache` holds exactly `tokens` of each
    row. Rows come and go between two calls of `next`: `merge` before the first `extend`, `settle` after.
    """

    uids: list[Any]
    tokens: list[list[int]]
    prompt_cache: list[Any]
    kind: str | None

    def next(self) -> list[Any]: ...
    def merge(self) -> None: ...
    def extend(self, batch: Any) -> None: ...
    def filter(self, keep: list[int]) -> None: ...
    def settle(self) -> None: ...
    def extract_cache(self, idx: int) -> list[Any]: ...


class Groups:
    """All groups of one model. Rows are told apart by the identity of their keys."""

    def __init__(self, weights_bytes: int) -> None:
        self._weights_bytes = weights_bytes
        self._groups: list[Any] = []
        self._sizes: dict[str | None, Callable[[int], int]] = {}
        self._steps = 0

    def __len__(self) -> int:
        return sum(len(group.uids) for group in self._groups)

    def __iter__(self) -> Any:
        return iter(self._groups)

    @property
    def keys(self) -> list[Any]:
        return [key for group in self._groups for key in group.uids]

    def find(self, key: Any) -> tuple[Any, int] | None:
        """The group of a row, and its place there."""
        for group in self._groups:
            for index, one in enumerate(group.uids):
                if one is key:
                    return group, index
        return None

    def add(self, group: Any) -> None:
        """Take in rows; they decode from the next step on."""
        self._groups.append(group)
        self.settle()

    def stepped(self) -> None:
        """After every step of all groups; rows that ended have left them."""
        self._steps += 1
        if self._steps % REGROUP_EVERY_STEPS == 0:
            self.settle()

    def take(self, key: Any) -> Any | None:
        """A row as a group of its own, out of the others; None for an unknown one."""
        found = self.find(key)
        if found is None:
            return None
        group, index = found
        if len(group.uids) > 1:
            taken = _part(group, [index])
            taken.settle()
            self.remove([key])
            return taken
        self._groups.remove(group)
        return group

    def remove(self, keys: Iterable[Any]) -> None:
        """Let go of rows; unknown ones are ignored."""
        leaving = set(map(id, keys))
        for group in list(self._groups):
            keep = [index for index, key in enumerate(group.uids) if id(key) not in leaving]
            if not keep:
                self._groups.remove(group)
            elif len(keep) < len(group.uids):
                group.filter(keep)
                group.settle()
        self.settle()

    def drop(self, group: Any) -> None:
        """Let go of a group whose step failed."""
        self._groups.remove(group)

    def clear(self) -> None:
        self._groups.clear()

    def bytes(self) -> tuple[int, int]:
        """What the caches take, and what their tokens need."""
        return group_bytes(self._groups)

    def settle(self) -> None:
        """After rows came or went: regroup those whose padding, or number of groups, is too much."""
        self._groups = [group for group in self._groups if group.uids]
        kinds = {group.kind for group in self._groups if group.kind is not None}
        for kind in sorted(kinds):
            groups = [group for group in self._groups if group.kind == kind]
            if len(groups) > 1 or len(groups[0].uids) > 1:
                self._regroup(groups)

    def _regroup(self, groups: list[Any]) -> None:
        size = self._size(groups[0])
        if size is None:
            return
        rows = [(group, index) for group in groups for index in range(len(group.uids))]
        sizes = [size(len(group.tokens[index])) for group, index in rows]
        allowed = allowed_padding(sizes, self._weights_bytes)
        wanted = partition(sizes, allowed)
        held = sum(padding([size(len(ids)) for ids in group.tokens]) for group in groups)
        if held <= allowed and len(groups) <= len(wanted):
            return
        made = [_gather([rows[place] for place in places]) for places in wanted]
        others = [group for group in self._groups if group not in groups]
        self._groups = others + made

    def _size(self, group: Any) -> Callable[[int], int] | None:
        """Bytes that a row takes by its tokens; None where rows cannot decode together."""
        if group.kind not in self._sizes:
            layers = group.prompt_cache
            if not can_merge(layers):
                return None
            self._sizes[group.kind] = _row_size(token_sizes(layers))
        return self._sizes[group.kind]


def growth(longest: int) -> int:
    """Tokens that a group with a row of this length makes room for at a time."""
    low, high = GROWTH_TOKENS
    return min(max(longest // GROWTH_SHARE, low), high)


def group_bytes(groups: Iterable[Any]) -> tuple[int, int]:
    """What the caches of these groups take, and what their tokens need."""
    held = useful = 0
    for group in groups:
        held += layers_bytes(group.prompt_cache)
        useful += useful_bytes(group.prompt_cache, [len(ids) for ids in group.tokens])
    return held, useful


def _row_size(sizes: list[tuple[int, int | None]]) -> Callable[[int], int]:
    return lambda tokens: sum(size * (tokens if most is None else min(tokens, most)) for size, most in sizes)


def _gather(rows: list[tuple[Any, int]]) -> Any:
    """One group of these rows, which keep their state; whole groups are used up, others only copied from."""
    places: dict[int, tuple[Any, list[int]]] = {}
    for group, index in rows:
        places.setdefault(id(group), (group, []))[1].append(index)
    parts = [
        group if len(indices) == len(group.uids) else _part(group, sorted(indices))
        for group, indices in places.values()
    ]
    # The largest stays where it is.
    parts.sort(key=lambda part: len(part.uids), reverse=True)
    first, *others = parts
    for other in others:
        first.merge()
        other.merge()
        first.extend(other)
    if len(first.uids) > 1:
        grow_by(first.prompt_cache, growth(max(map(len, first.tokens))))
    first.settle()
    return first


def _part(group: Any, indices: list[int]) -> Any:
    part = copy.copy(group)
    part.prompt_cache = copy.deepcopy(group.prompt_cache)
    part.filter(indices)
    return part
