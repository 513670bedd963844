"""The rows of one model, from their prompts to their last tokens. For the MLX thread."""

import time
import traceback
from collections.abc import Callable, Iterable
from typing import Any

from .adapter import Decoded, Prompt, RowBatch, leave
from .chunks import Chunks
from .errors import EngineError
from .log import log
from .parked import Parked
from .prefix_cache import MIN_TOKENS, PrefixCache, Reuse
from .radix import common_length
from .ranks import ALONE, Ranks
from .reuse import Prompts
from .rows import PRIORITIES, Failed, Prefilled, Row, Stepped
from .sampling import RowSampling
from .waiting import Waiting

MAX_DECODING_ROWS = 32
# Prompts of which several are fed in one pass: for longer ones reading the weights is not what takes time.
SHORT_TOKENS = 64


class Generations:
    """Decides which prompt is fed and which rows decode; `post` takes what happens to them."""

    def __init__(
        self,
        batch: RowBatch,
        prefixes: PrefixCache,
        post: Callable[[Prefilled | Stepped | Failed], None],
        ranks: Ranks = ALONE,
    ) -> None:
        self._ranks = ranks
        self._batch = batch
        self._post = post
        self._waiting = Waiting()
        self._prompts = Prompts(prefixes, self._begin)
        self._decoding: set[Row] = set()
        self._parked = Parked()
        self._chunks = Chunks()
        self.prefixes = prefixes
        self.steps = 0

    def __len__(self) -> int:
        return len(self._waiting) + len(self._decoding) + len(self._parked)

    @property
    def busy(self) -> bool:
        """Whether there is anything to compute."""
        return bool(self._decoding or self._waiting.ready or self._parked.next())

    @property
    def prefill_rate(self) -> float | None:
        """Tokens per second, as measured."""
        return self._chunks.rate

    @property
    def paused(self) -> int:
        return self._waiting.paused + self._parked.paused

    def cache_bytes(self) -> tuple[int, int]:
        """What the caches of all rows take, and what their tokens need."""
        parts = [self._batch.cache_bytes(), self._parked.bytes(), self._prompts.bytes()]
        return sum(held for held, _ in parts), sum(useful for _, useful in parts)

    def add(self, row: Row) -> None:
        """Queue a row."""
        self._prompts.expect(row)
        self._waiting.add(row)

    def turn(self) -> None:
        """At most one prefill chunk, then one step of every row that decodes."""
        self._readmit()
        self._prefill()
        self._decode()

    def forget(self, row: Row) -> None:
        """Take a row out; what was computed for it is kept."""
        if row in self._waiting:
            self._waiting.remove(row)
            self._prompts.forget(row)
        elif row in self._parked:
            self._prompts.keep(leave(self._parked.pop(row)))
        elif row in self._decoding:
            self._decoding.discard(row)
            self._prompts.keep(self._batch.take(row))

    def park(self, row: Row) -> None:
        """Its reader is behind: the row waits where it is, or leaves the batch with its cache."""
        if row in self._waiting:
            self._waiting.pause(row)
            return
        if row in self._decoding:
            self._displace(row)
        if row in self._parked:
            self._parked.pause(row)

    def unpark(self, row: Row) -> None:
        """Its reader has caught up."""
        self._waiting.proceed(row)
        self._parked.proceed(row)

    def _displace(self, row: Row) -> None:
        group = self._batch.park(row)
        self._decoding.discard(row)
        if group is not None:
            self._parked.put(row, group)

    def _has_room(self, row: Row) -> bool:
        """Whether the row may decode; one that is less urgent makes room for it."""
        if len(self._decoding) < MAX_DECODING_ROWS:
            return True
        last = max(self._decoding, key=lambda one: (PRIORITIES[one.priority], one.queued_at))
        if PRIORITIES[last.priority] <= PRIORITIES[row.priority]:
            return False
        self._displace(last)
        return True

    def _readmit(self) -> None:
        """Parked rows go on as soon as there is room that nobody more urgent waits for."""
        while (row := self._parked.next()) is not None:
            urgent = sum(PRIORITIES[one.priority] < PRIORITIES[row.priority] for one in self._waiting.ready)
            if len(self._decoding) + urgent >= MAX_DECODING_ROWS and (urgent or not self._has_room(row)):
                return
            try:
                self._batch.unpark(self._parked.pop(row))
            except Exception as error:
                self._fail([row], error)
            else:
                self._decoding.add(row)

    def _prefill(self) -> None:
        """Feed a chunk of a waiting row; with its last chunk the row begins to decode.

        What is left of the time of a chunk goes to the next rows.
        """
        started = time.perf_counter()
        while self._waiting.ready:
            row = self._waiting.next(self._prompts.left)
            if not self._has_room(row) or not self._feed(row):
                return
            late = time.perf_counter() - started > self._chunks.seconds(len(self._decoding))
            if self._ranks.agree("late", late):
                return

    def _feed(self, row: Row) -> bool:
        """One chunk, of this row or of several short ones; whether that was all of them."""
        limit = self._ranks.agree("chunk", self._chunks.next(len(self._decoding)))
        rows = [row]
        try:
            prompts = self._together(row, limit)
            rows = [prompt.key for prompt in prompts]
            before, started = sum(prompt.done for prompt in prompts), time.perf_counter()
            if len(prompts) > 1:
                self._batch.feed_together(prompts)
                complete = True
            else:
                complete = self._batch.prefill(prompts[0], limit)
            fed = sum(prompt.done for prompt in prompts) - before
            self._chunks.measure(fed, time.perf_counter() - started)
        except Exception as error:
            for one in rows:
                self._waiting.remove(one)
                self._prompts.finish(one)
            self._fail(rows, error)
            return True
        for prompt in prompts:
            self._post(Prefilled(prompt.key, prompt.done, prompt.total))
            if complete:
                self._waiting.remove(prompt.key)
                self._prompts.finish(prompt.key)
                self._decoding.add(prompt.key)
        return complete

    def _together(self, row: Row, limit: int) -> list[Prompt]:
        """The row's prompt, and those of the same priority that are short enough to be fed with it."""
        prompts = [self._prompts.next(self._batch, row)]
        if not self._is_short(prompts[0]):
            return prompts
        room = MAX_DECODING_ROWS - len(self._decoding)
        others = [one for one in self._waiting.ready if one is not row and one.priority == row.priority]
        for other in sorted(others, key=self._prompts.left):
            longest = max(len(other.token_ids), *(prompt.total for prompt in prompts))
            if len(prompts) >= room or longest > SHORT_TOKENS or longest * (len(prompts) + 1) > limit:
                break
            if any(common_length(other.token_ids, prompt.token_ids) >= MIN_TOKENS for prompt in prompts):
                # Cheaper with a copy of what the other computes.
                continue
            try:
                prompt = self._prompts.next(self._batch, other)
            except Exception:
                # It fails when its own turn comes, with its own reason.
                break
            if self._is_short(prompt):
                prompts.append(prompt)
        return prompts

    def _is_short(self, prompt: Prompt) -> bool:
        return prompt.total <= SHORT_TOKENS and self._batch.can_feed_together(prompt)

    def _begin(self, row: Row, reuse: Reuse | None, checkpoints: Iterable[int]) -> Prompt:
        if reuse is not None:
            row.reused, row.reused_from = reuse.tokens, reuse.origin
            rate = self._chunks.rate or reuse.rate
            row.seconds_saved = reuse.tokens / rate if rate else 0.0
        return self._batch.begin(
            row,
            row.token_ids,
            max_tokens=row.limit - row.resumed,
            sampling=RowSampling(
                row.sampling, row.seed, row.prompt_tokens, row.spared, row.constraint, row.guesses
            ),
            cache=reuse.layers if reuse else None,
            cached=reuse.tokens if reuse else 0,
            checkpoints=checkpoints,
            reached=self._prompts.checkpoint,
        )

    def _decode(self) -> None:
        if not self._decoding:
            return
        try:
            decoded = self._batch.decode()
        except Exception as error:
            rows = self._batch.clear()
            self._decoding.clear()
            self._fail(rows, error)
            return
        self._ranks.confirm([(one.token, one.end, one.broken) for one in decoded])
        self.steps += 1
        self._publish(decoded, time.monotonic())
        for one in decoded:
            if not one.broken:
                self._prompts.keep(one.left)

    def _publish(self, decoded: list[Decoded], now: float) -> None:
        """One event for the step of all rows, and one for each row that cannot go on."""
        step = Stepped(self.steps, now, [])
        for one in decoded:
            row: Row = one.key
            if one.broken or one.end is not None:
                self._decoding.discard(row)
            if one.failed is not None:
                self._fail([row], one.failed)
                continue
            if one.broken:
                error = EngineError("engine_failed", "The model computed no usable probabilities (NaN).")
                self.prefixes.forget(row.token_ids)
                self._post(Failed(row, error))
                continue
            if row.first_at is None:
                row.first_at = now
            step.add(row, one.token, one.end, one.likelihood)
        self._post(step)

    def _fail(self, rows: list[Any], error: Exception) -> None:
        self._ranks.survive(error)
        log(
            "error",
            "rows failed",
            rows=[row.id for row in rows],
            error="".join(traceback.format_exception(error)),
        )
        for row in rows:
            self._post(Failed(row, EngineError("engine_failed", f"The engine failed at this row: {error}")))
