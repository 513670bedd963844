"""Caches of prompts and answers of one model, found again by their beginning.

A cache that can be cut serves every prompt that shares a beginning with it; any other (a full sliding
window, a state space) only prompts that begin with all of it, so these are also kept at the places
where the next prompt is sure to agree (`stable`): the end of a user's turn.
"""

import itertools
from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from .layers import can_cut, copy_layers, cut_layers, evaluate, is_plain, layers_bytes
from .radix import Node, RadixTree

Origin = Literal["memory", "disk", "none"]

# Every prompt of a template shares its first few tokens; feeding them costs less than a copy.
MIN_TOKENS = 16
BYTES_PER_ID = 8


@dataclass(eq=False)
class Entry:
    """One cache. `layers` is None while it is on the disk alone. `used` orders entries by last use."""

    ids: array
    layers: list[Any] | None
    bytes: int
    prompt_tokens: int
    stable: bool
    cuttable: bool
    used: int
    node: Node["Entry"] | None = None


@dataclass
class Reuse:
    """Layers that hold the first `tokens` ids of a prompt, for the caller to go on with."""

    layers: list[Any]
    tokens: int
    origin: Origin


class PrefixCache:
    """Holds at most `limit_bytes` of caches; the least recently used go first. For one thread."""

    def __init__(self, limit_bytes: int) -> None:
        self.limit_bytes = limit_bytes
        self.bytes = 0
        self._tree: RadixTree[Entry] = RadixTree()
        self._entries: set[Entry] = set()
        self._clock = itertools.count()

    def __len__(self) -> int:
        return len(self._entries)

    def shared(self, ids: Sequence[int]) -> int:
        """How many tokens `take` would find."""
        found = self._find(array("I", ids))
        return found[1] if found else 0

    def take(self, ids: Sequence[int]) -> Reuse | None:
        """The longest reusable beginning of a prompt, never all of it: the last id's logits are needed.

        The next turn of a conversation takes the cache itself, and gives it back longer; an edited or
        repeated prompt takes a copy.
        """
        wanted = array("I", ids)
        found = self._find(wanted)
        if found is None:
            return None
        entry, tokens = found
        entry.used = next(self._clock)
        layers = entry.layers
        if layers is None:
            return None
        surplus = len(entry.ids) - tokens
        if _goes_on(entry, tokens, len(wanted)):
            self._drop(entry)
            cut_layers(layers, surplus)
        else:
            layers = copy_layers(layers, surplus)
        return Reuse(layers, tokens, "memory")

    def keep(
        self, ids: Sequence[int], layers: list[Any], prompt_tokens: int, *, stable: bool = False
    ) -> None:
        """Keep layers that hold exactly `ids`; they belong to the cache from here on.

        `prompt_tokens` of them were asked, the rest was answered.
        """
        if len(ids) < MIN_TOKENS:
            return
        key = array("I", ids)
        plain = is_plain(layers)
        shared, node = self._tree.find(key)
        if shared == len(key) and self._covers(node, len(key), plain):
            return
        evaluate(layers)
        size = layers_bytes(layers) + BYTES_PER_ID * len(key)
        if size > self.limit_bytes:
            return
        used = next(self._clock)
        entry = Entry(key, layers, size, prompt_tokens, stable, can_cut(layers), used)
        entry.node = self._tree.put(key, entry)
        self._entries.add(entry)
        self.bytes += size
        if plain:
            self._drop_beginnings(entry.node)
        self._shrink()

    def clear(self) -> None:
        self._tree = RadixTree()
        self._entries.clear()
        self.bytes = 0

    def _find(self, wanted: array) -> tuple[Entry, int] | None:
        """The entry that saves the most tokens, and how many."""
        limit = len(wanted) - 1
        shared, node = self._tree.find(wanted)
        # A node below the shared depth is on the way only with what can be cut.
        best = self._best(node, min(shared, limit)) if node.depth >= shared else None
        for above in [node, *node.ancestors()]:
            if best is not None:
                break
            if above.depth > shared:
                continue
            best = self._best(above, min(above.depth, limit))
        return best if best is not None and best[1] >= MIN_TOKENS else None

    def _best(self, node: Node[Entry], tokens: int) -> tuple[Entry, int] | None:
        """An entry at or below `node` that gives exactly this many tokens."""
        fitting = [entry for entry in node.values() if entry.cuttable or len(entry.ids) == tokens]
        if not fitting:
            return None
        return max(fitting, key=lambda entry: (len(entry.ids) == tokens, entry.used)), tokens

    def _covers(self, node: Node[Entry], length: int, plain: bool) -> bool:
        """Whether an entry at these ids, or a longer one of a plain cache, already says it all."""
        for entry in node.values():
            if entry.layers is not None and (plain or len(entry.ids) == length):
                entry.used = next(self._clock)
                return True
        return False

    def _drop_beginnings(self, node: Node[Entry]) -> None:
        """Shorter caches on the way to a plain one hold nothing that it does not."""
        shorter = [above.value for above in node.ancestors()]
        for entry in shorter:
            if entry is not None:
                self._drop(entry)

    def _shrink(self) -> None:
        while self.bytes > self.limit_bytes:
            self._drop(min(self._entries, key=lambda entry: entry.used))

    def _drop(self, entry: Entry) -> None:
        self._entries.discard(entry)
        self.bytes -= entry.bytes
        if entry.node is not None:
            self._tree.remove(entry.node)


def _goes_on(entry: Entry, tokens: int, wanted: int) -> bool:
    """Whether the prompt is the next turn: it holds all that was asked, and more.

    Where a template rewrites the end of an answer, what is lost of it is of no use to anybody.
    """
    if entry.stable:
        return False
    return tokens == len(entry.ids) or (tokens >= entry.prompt_tokens and wanted > entry.prompt_tokens)
