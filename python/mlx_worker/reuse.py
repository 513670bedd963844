"""What of a prompt is computed already: in kept caches, by rows that decode, by prompts being fed."""

import time
from collections.abc import Callable, Iterable

from .adapter import Left, Prompt, RowBatch
from .layers import can_cut, copy_layers, layers_bytes, own_layers, useful_bytes
from .prefix_cache import MIN_TOKENS, PrefixCache, Reuse
from .radix import common_length
from .rows import Row

Begin = Callable[[Row, Reuse | None, Iterable[int]], Prompt]


class Prompts:
    """Prompts of rows that wait, each on top of the longest beginning that is in a cache already.

    Rows that wait see what the rows before them computed; a row that was overtaken looks again.
    `begin` makes a row's prompt out of what is reused and the lengths to keep a copy at.
    """

    def __init__(self, prefixes: PrefixCache, begin: Begin) -> None:
        self.prefixes = prefixes
        self._make = begin
        self._prompts: dict[Row, Prompt] = {}
        self._known: dict[Row, int] = {}
        self._fed: Row | None = None

    def expect(self, row: Row) -> None:
        """A row waits from here on, until `finish` or `forget`."""
        self._known[row] = self.prefixes.shared(row.token_ids)

    def left(self, row: Row) -> int:
        """Tokens of a waiting row that are still to be fed, as far as is known."""
        prompt = self._prompts.get(row)
        return len(row.token_ids) - (prompt.done if prompt else self._known[row])

    def next(self, batch: RowBatch, row: Row) -> Prompt:
        """The prompt of a waiting row, to go on with. Raises ValueError for an empty one."""
        prompt = self._prompts.get(row)
        if prompt is None:
            row.prefill_at = time.monotonic()
            prompt = self._begin(row, self._reusable(batch, row, 0))
        elif self._fed is not row:
            reuse = self._reusable(batch, row, prompt.done)
            if reuse is not None:
                prompt = self._begin(row, reuse)
        self._fed = row
        return prompt

    def finish(self, row: Row) -> None:
        """The row's prompt is in, or failed: its cache may hold half a chunk."""
        self._prompts.pop(row, None)
        self._known.pop(row, None)

    def forget(self, row: Row) -> None:
        """Take a row out; what was computed for it is kept."""
        prompt = self._prompts.get(row)
        self.finish(row)
        if prompt is not None:
            self.prefixes.keep(prompt.token_ids[: prompt.done], prompt.cache, prompt.done)

    def keep(self, left: Left | None) -> None:
        """Keep what a row leaves."""
        if left is not None:
            self.prefixes.keep(left.token_ids, left.layers, left.key.prompt_tokens)

    def checkpoint(self, prompt: Prompt) -> None:
        """Keep a copy of a prompt that is being fed, as far as it is."""
        if can_cut(prompt.cache) and prompt.done not in prompt.key.checkpoints:
            return
        ids, layers = prompt.token_ids[: prompt.done], copy_layers(prompt.cache)
        own_layers(layers)
        self.prefixes.keep(ids, layers, prompt.done, stable=True)

    def bytes(self) -> tuple[int, int]:
        """What the caches of prompts under way take, and what their tokens need."""
        prompts = self._prompts.values()
        held = sum(layers_bytes(prompt.cache) for prompt in prompts)
        return held, sum(useful_bytes(prompt.cache, [prompt.done]) for prompt in prompts)

    def _begin(self, row: Row, reuse: Reuse | None) -> Prompt:
        checkpoints = set(row.checkpoints)
        if any(other is not row and other.token_ids == row.token_ids for other in self._known):
            # Where nothing can be cut, rows that ask the same need a copy at exactly this place.
            checkpoints.add(len(row.token_ids) - 1)
        prompt = self._prompts[row] = self._make(row, reuse, checkpoints)
        return prompt

    def _reusable(self, batch: RowBatch, row: Row, done: int) -> Reuse | None:
        """The longest beginning of the row's ids in any cache, kept or at work, if longer than `done`."""
        ids = row.token_ids
        kept = self.prefixes.shared(ids)
        wanted = max(kept, done) + MIN_TOKENS
        key, shared = batch.shared(ids)
        shared = min(shared, len(ids) - 1)
        if shared >= wanted:
            layers = batch.copy_beginning(key, shared)
            if layers is not None:
                return Reuse(layers, shared, "memory")
        for other in self._prompts.values():
            shared = min(common_length(other.token_ids, ids), other.done, len(ids) - 1)
            if other.key is not row and shared >= wanted and can_cut(other.cache):
                layers = copy_layers(other.cache, other.done - shared)
                own_layers(layers)
                return Reuse(layers, shared, "memory")
        return self.prefixes.take(ids) if kept > done else None
