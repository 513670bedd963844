"""Caches of prompts and answers of one model, found again by their beginning.

A cache that can be cut serves every prompt that shares a beginning with it; any other (a full sliding
window, a state space) only prompts that begin with all of it, so these are also kept at the places
where the next prompt is sure to agree (`stable`): the end of a user's turn.

With files, caches outlive the engine: the owner calls `save_one` when there is nothing else to do.
"""

import itertools
from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from .cache_files import CacheFiles, Saved, delete_files
from .layers import can_cut, copy_layers, cut_layers, evaluate, is_plain, layers_bytes
from .log import log
from .radix import Node, RadixTree

Origin = Literal["memory", "disk", "none"]

# Every prompt of a template shares its first few tokens; feeding them costs less than a copy.
MIN_TOKENS = 16
MIN_SAVED_TOKENS = 64
BYTES_PER_ID = 8


@dataclass(eq=False)
class Entry:
    """One cache, in memory (`layers`), in a file (`saved`) or both. `used` orders entries by last use.

    `unsavable`: its file could not be written.
    """

    ids: array
    layers: list[Any] | None
    bytes: int
    prompt_tokens: int
    stable: bool
    cuttable: bool
    used: int
    saved: Saved | None = None
    unsavable: bool = False
    node: Node["Entry"] | None = None


@dataclass
class Reuse:
    """Layers that hold the first `tokens` ids of a prompt, for the caller to go on with.

    `rate`: prefilled tokens per second when they were written, for layers from the disk.
    """

    layers: list[Any]
    tokens: int
    origin: Origin
    rate: float = 0.0


class PrefixCache:
    """Holds at most `limit_bytes` of caches; the least recently used go first. For one thread."""

    def __init__(self, limit_bytes: int, files: CacheFiles | None = None) -> None:
        self.limit_bytes = limit_bytes
        self.bytes = 0
        self._files = files
        self._tree: RadixTree[Entry] = RadixTree()
        self._entries: set[Entry] = set()
        self._clock = itertools.count()
        for saved in files.scan() if files else []:
            entry = Entry(
                saved.ids,
                None,
                0,
                saved.prompt_tokens,
                saved.stable,
                saved.cuttable,
                next(self._clock),
                saved,
            )
            self._add(entry)

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
        surplus = len(entry.ids) - tokens
        if layers is None:
            return self._read(entry, surplus) or self.take(ids)
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
        if shared == len(key) == node.depth and node.value is not None:
            entry.saved = node.value.saved
            self._remove(node.value)
        self._add(entry)
        if plain:
            self._drop_beginnings(entry)
        self._shrink()

    def forget(self, ids: Sequence[int]) -> None:
        """Let go of every cache that holds a beginning of these ids: a prompt of which NaN came."""
        key = array("I", ids)
        depth, node = self._tree.find(key)
        for one in [node, *node.ancestors()]:
            entry = one.value
            if entry is not None and one.depth <= depth:
                delete_files([entry.saved] if entry.saved else [])
                self._remove(entry)

    def unsaved(self) -> Entry | None:
        """The entry to write to the disk next: the one used last."""
        files = self._files
        if files is None:
            return None
        waiting = [
            entry
            for entry in self._entries
            if entry.layers is not None
            and entry.saved is None
            and not entry.unsavable
            and len(entry.ids) >= MIN_SAVED_TOKENS
            and files.takes(entry.bytes)
        ]
        return max(waiting, key=lambda entry: entry.used, default=None)

    def save_one(self, rate: float) -> None:
        """Write what `unsaved` names; `rate`: prefilled tokens per second, 0 when unknown."""
        entry = self.unsaved()
        if entry is None or entry.layers is None or self._files is None:
            return
        saved = Saved(Path(), 0, entry.ids, entry.prompt_tokens, entry.stable, entry.cuttable, rate)
        try:
            gone = self._files.write(saved, entry.layers)
        except Exception as error:
            log("warn", "a cache could not be written", reason=str(error))
            entry.unsavable = True
            return
        entry.saved = saved
        # The conversation went on: what its earlier turns left says nothing more.
        shorter = [] if entry.stable else [above.value for above in _above(entry)]
        earlier = [one for one in shorter if one and one.saved and not one.stable]
        delete_files(one.saved for one in earlier if one.saved)
        for one in [*self._entries]:
            if one in earlier or (one.saved is not None and one.saved.path in gone):
                one.saved = None
                if one.layers is None:
                    self._remove(one)

    def _read(self, entry: Entry, surplus: int) -> Reuse | None:
        """Layers from the disk; the file stays. An entry whose file is no good is forgotten."""
        layers = self._files.read(entry.saved) if self._files and entry.saved else None
        if layers is None or entry.saved is None:
            self._remove(entry)
            return None
        if entry.stable:
            entry.bytes = layers_bytes(layers) + BYTES_PER_ID * len(entry.ids)
            entry.layers = copy_layers(layers)
            self.bytes += entry.bytes
            self._shrink()
        cut_layers(layers, surplus)
        return Reuse(layers, len(entry.ids) - surplus, "disk", entry.saved.rate)

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
        return max(fitting, key=_preference), tokens

    def _covers(self, node: Node[Entry], length: int, plain: bool) -> bool:
        """Whether an entry at these ids, or a longer one of a plain cache, already says it all."""
        for entry in node.values():
            if entry.layers is not None and (plain or len(entry.ids) == length):
                entry.used = next(self._clock)
                return True
        return False

    def _drop_beginnings(self, entry: Entry) -> None:
        """Shorter caches on the way to a plain one hold nothing that it does not."""
        for shorter in [above.value for above in _above(entry)]:
            if shorter is not None:
                self._drop(shorter)

    def _shrink(self) -> None:
        while self.bytes > self.limit_bytes:
            held = [entry for entry in self._entries if entry.layers is not None]
            self._drop(min(held, key=lambda entry: entry.used))

    def _add(self, entry: Entry) -> None:
        entry.node = self._tree.put(entry.ids, entry)
        self._entries.add(entry)
        self.bytes += entry.bytes

    def _drop(self, entry: Entry) -> None:
        """Let go of the layers in memory; an entry that has no file is gone."""
        self.bytes -= entry.bytes
        entry.layers, entry.bytes = None, 0
        if entry.saved is None:
            self._remove(entry)

    def _remove(self, entry: Entry) -> None:
        self._entries.discard(entry)
        self.bytes -= entry.bytes
        if entry.node is not None:
            self._tree.remove(entry.node)


def _above(entry: Entry) -> list[Node[Entry]]:
    return list(entry.node.ancestors()) if entry.node else []


def _preference(entry: Entry) -> tuple[bool, int]:
    """Of entries that give as much: one in memory, the one used last."""
    return entry.layers is not None, entry.used


def _goes_on(entry: Entry, tokens: int, wanted: int) -> bool:
    """Whether the prompt is the next turn: it holds all that was asked, and more.

    Where a template rewrites the end of an answer, what is lost of it is of no use to anybody.
    """
    if entry.stable:
        return False
    return tokens == len(entry.ids) or (tokens >= entry.prompt_tokens and wanted > entry.prompt_tokens)
