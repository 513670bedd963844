"""The loop of the MLX thread: everything that touches MLX happens here, one thing at a time."""

import gc
import queue
import time
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import mlx.core as mx
import msgspec

from .adapter import SUPPORTED_VERSION, Left, Prompt, RowBatch, check_version
from .cache_files import CacheFiles
from .errors import EngineError
from .host import memory_bytes
from .layers import can_cut, copy_layers, layer_kinds, make_layers, own_layers
from .loader import LoadedModel, load_model
from .log import log
from .prefix_cache import MIN_TOKENS, PrefixCache, Reuse
from .protocol import (
    Embed,
    Embedded,
    Error,
    Load,
    Loaded,
    LoadProgress,
    Ping,
    Pong,
    Unload,
    Unloaded,
    error_body,
)
from .radix import common_length
from .rows import PRIORITIES, Drop, Failed, Prefilled, Row, Stepped
from .sampling import RowSampling
from .tokens import Tokens

MAX_DECODING_ROWS = 32
CLEAR_CACHE_EVERY_STEPS = 512
# A chunk that others wait for is heard as a stutter; alone it only delays cancel and progress.
BUSY_CHUNK_SECONDS, BUSY_CHUNK_TOKENS = 0.075, (16, 256)
IDLE_CHUNK_SECONDS, IDLE_CHUNK_TOKENS = 0.5, (256, 2048)
CHUNK_STEP = 16
# Freed buffers that MLX may keep for reuse.
CACHE_SHARE, CACHE_BYTES = 16, (256 << 20, 2 << 30)
# Caches of prompts that may come again, where the load frame sets no limit.
PREFIX_SHARE, PREFIX_BYTES = 16, (128 << 20, 8 << 30)
# Caches go to the disk when nobody has wanted anything for so long: a person who types on is not held up.
IDLE_SECONDS = 1.5

Command = Load | Unload | Embed | Ping | Row | Drop


@dataclass
class Ready:
    """To the IO thread: the model is in memory. `tokens` is None for an embedding model."""

    frame: Loaded
    tokens: Tokens | None
    loaded: LoadedModel


Event = msgspec.Struct | Stepped | Prefilled | Failed | Ready


@dataclass
class _EmbedJob:
    frame: Embed
    batches: Iterator[tuple[dict[int, list[float]], int]]
    vectors: dict[int, list[float]] = field(default_factory=dict)
    tokens: int = 0


class Scheduler:
    """Drains `inbox`, then feeds at most one prefill chunk, then decodes one step; `post` takes events.

    Prefill comes between a step's publication and the next step because MLX already works on that
    next step by then: a short prompt that arrives during a step joins the one after it.
    """

    def __init__(self, inbox: "queue.SimpleQueue[Command]", post: Callable[[Event], None]) -> None:
        check_version()
        self._inbox = inbox
        self._post = post
        self._loaded: LoadedModel | None = None
        self._batch: RowBatch | None = None
        self._waiting: list[Row] = []
        self._prefixes = PrefixCache(0)
        self._prompts: dict[Row, Prompt] = {}
        self._fed: Row | None = None
        self._worked_at = 0.0
        self._decoding: set[Row] = set()
        self._embeds: list[_EmbedJob] = []
        self._steps = 0
        self._prefill_rate: float | None = None
        mx.set_cache_limit(_share(CACHE_SHARE, CACHE_BYTES))

    def run(self) -> None:
        """Work for ever; the process ends from another thread."""
        while True:
            self.turn()

    def turn(self) -> None:
        """One turn of the loop; blocks while there is nothing to do."""
        self._drain()
        worked = self.busy
        self._prefill()
        self._decode()
        self._embed()
        if worked:
            self._worked_at = time.monotonic()

    @property
    def busy(self) -> bool:
        return bool(self._waiting or self._decoding or self._embeds)

    def _drain(self) -> None:
        if not self.busy:
            self._handle(self._wait())
        while True:
            try:
                command = self._inbox.get_nowait()
            except queue.Empty:
                return
            self._handle(command)

    def _wait(self) -> Command:
        """The next command; while none comes, caches are written to the disk, one at a time."""
        while self._prefixes.unsaved() is not None:
            try:
                return self._inbox.get(timeout=max(0.0, self._worked_at + IDLE_SECONDS - time.monotonic()))
            except queue.Empty:
                self._prefixes.save_one(self._prefill_rate or 0.0)
                if self._prefixes.unsaved() is None:
                    log("info", "caches are on the disk", bytes=self._prefixes.bytes)
        return self._inbox.get()

    def _handle(self, command: Command) -> None:
        match command:
            case Row():
                if self._batch is None:
                    error = EngineError("conflict", "The model was unloaded.")
                    self._post(Failed(command, error))
                else:
                    self._waiting.append(command)
                    # Stable: rows of one priority stay in the order they came.
                    self._waiting.sort(key=lambda row: PRIORITIES[row.priority])
            case Drop(row):
                self._forget(row)
            case Ping():
                self._post(self._pong(command))
            case Load():
                self._load(command)
            case Unload():
                self._unload(command)
            case Embed():
                self._begin_embedding(command)

    def _load(self, frame: Load) -> None:
        try:
            if self._loaded is not None:
                raise EngineError("conflict", "This engine already holds a model; unload it first.")
            loaded = load_model(frame, lambda done, stage: self._post(LoadProgress(frame.id, done, stage)))
            tokens = Tokens(loaded) if loaded.embedder is None else None
        except EngineError as error:
            gc.collect()
            mx.clear_cache()
            self._post(Error(frame.id, error_body(error)))
            return
        self._loaded = loaded
        self._batch = RowBatch(loaded.model, loaded.end_token_ids) if tokens else None
        if tokens is not None:
            self._prefixes = _open_prefixes(frame, loaded)
        self._steps, self._prefill_rate = 0, None
        # What is loaded stays: later collections need not walk it.
        gc.collect()
        gc.freeze()
        self._post(Ready(Loaded(frame.id, loaded.receipt), tokens, loaded))

    def _unload(self, frame: Unload) -> None:
        self._loaded = self._batch = self._fed = None
        self._prefixes = PrefixCache(0)
        self._waiting.clear()
        self._prompts.clear()
        self._decoding.clear()
        for job in self._embeds:
            error = EngineError("conflict", "The model was unloaded.")
            self._post(Error(job.frame.id, error_body(error)))
        self._embeds.clear()
        gc.unfreeze()
        gc.collect()
        mx.clear_cache()
        self._post(Unloaded(frame.id))

    def _pong(self, frame: Ping) -> Pong:
        return Pong(
            id=frame.id,
            rows=len(self._waiting) + len(self._decoding),
            active_bytes=mx.get_active_memory(),
            peak_bytes=mx.get_peak_memory(),
            cache_bytes=mx.get_cache_memory(),
        )

    def _forget(self, row: Row) -> None:
        """Take a row out; what was computed for it is kept."""
        if row in self._waiting:
            self._waiting.remove(row)
        prompt = self._prompts.pop(row, None)
        if prompt is not None:
            self._prefixes.keep(prompt.token_ids[: prompt.done], prompt.cache, prompt.done)
        if row in self._decoding and self._batch is not None:
            self._decoding.discard(row)
            self._keep(self._batch.take(row))

    def _keep(self, left: Left | None) -> None:
        if left is not None:
            self._prefixes.keep(left.token_ids, left.layers, left.key.prompt_tokens)

    def _prefill(self) -> None:
        """Feed one chunk of the first waiting row; with its last chunk the row begins to decode."""
        batch = self._batch
        if batch is None or not self._waiting or len(self._decoding) >= MAX_DECODING_ROWS:
            return
        row = self._waiting[0]
        try:
            prompt = self._prompt(batch, row)
            before, started = prompt.done, time.perf_counter()
            complete = batch.prefill(prompt, self._chunk())
            self._measure(prompt.done - before, time.perf_counter() - started)
        except Exception as error:
            # Its cache may hold half a chunk.
            self._prompts.pop(row, None)
            self._forget(row)
            self._fail([row], error)
            return
        self._post(Prefilled(row, prompt.done, prompt.total))
        if complete:
            self._waiting.remove(row)
            del self._prompts[row]
            self._decoding.add(row)

    def _prompt(self, batch: RowBatch, row: Row) -> Prompt:
        """The row's prompt, on top of the longest beginning that is in a cache already.

        Rows that wait see what the rows before them computed; a row that was overtaken looks again.
        """
        prompt = self._prompts.get(row)
        if prompt is None:
            row.prefill_at = time.monotonic()
            prompt = self._prompts[row] = self._begin(batch, row, self._reusable(batch, row, 0))
        elif self._fed is not row:
            reuse = self._reusable(batch, row, prompt.done)
            if reuse is not None:
                prompt = self._prompts[row] = self._begin(batch, row, reuse)
        self._fed = row
        return prompt

    def _begin(self, batch: RowBatch, row: Row, reuse: Reuse | None) -> Prompt:
        if reuse is not None:
            row.reused, row.reused_from = reuse.tokens, reuse.origin
            rate = self._prefill_rate or reuse.rate
            row.seconds_saved = reuse.tokens / rate if rate else 0.0
        return batch.begin(
            row,
            row.token_ids,
            max_tokens=row.limit - row.resumed,
            sampling=RowSampling(row.sampling, row.seed, row.prompt_tokens, row.spared),
            cache=reuse.layers if reuse else None,
            cached=reuse.tokens if reuse else 0,
            checkpoints=row.checkpoints,
            reached=self._checkpoint,
        )

    def _checkpoint(self, prompt: Prompt) -> None:
        ids, layers = prompt.token_ids[: prompt.done], copy_layers(prompt.cache)
        own_layers(layers)
        self._prefixes.keep(ids, layers, prompt.done, stable=True)

    def _reusable(self, batch: RowBatch, row: Row, done: int) -> Reuse | None:
        """The longest beginning of the row's ids in any cache, kept or at work, if longer than `done`."""
        ids = row.token_ids
        kept = self._prefixes.shared(ids)
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
        return self._prefixes.take(ids) if kept > done else None

    def _chunk(self) -> int:
        """Tokens of the next prefill chunk: by time, as measured; small while others decode."""
        seconds, (low, high) = (
            (BUSY_CHUNK_SECONDS, BUSY_CHUNK_TOKENS)
            if self._decoding
            else (IDLE_CHUNK_SECONDS, IDLE_CHUNK_TOKENS)
        )
        if self._prefill_rate is None:
            return min(high, 256)
        wanted = int(self._prefill_rate * seconds) // CHUNK_STEP * CHUNK_STEP
        return min(max(wanted, low), high)

    def _measure(self, tokens: int, seconds: float) -> None:
        # A few tokens measure the overhead, not the rate.
        if tokens < CHUNK_STEP or seconds <= 0:
            return
        rate = tokens / seconds
        self._prefill_rate = rate if self._prefill_rate is None else (self._prefill_rate + rate) / 2

    def _decode(self) -> None:
        if self._batch is None or not self._decoding:
            return
        try:
            decoded = self._batch.decode()
        except Exception as error:
            rows = self._batch.clear()
            self._decoding.clear()
            self._fail(rows, error)
            return
        now = time.monotonic()
        self._steps += 1
        if self._steps % CLEAR_CACHE_EVERY_STEPS == 0:
            mx.clear_cache()
        step = Stepped(self._steps, now, [])
        for one in decoded:
            row: Row = one.key
            if one.broken:
                self._decoding.discard(row)
                error = EngineError("engine_failed", "The model computed no usable probabilities (NaN).")
                self._post(Failed(row, error))
                continue
            if row.first_at is None:
                row.first_at = now
            if one.end is not None:
                self._decoding.discard(row)
            step.add(row, one.token, one.end, one.likelihood)
        self._post(step)
        for one in decoded:
            if not one.broken:
                self._keep(one.left)

    def _fail(self, rows: list[Any], error: Exception) -> None:
        log(
            "error",
            "rows failed",
            rows=[row.id for row in rows],
            error="".join(traceback.format_exception(error)),
        )
        for row in rows:
            self._post(Failed(row, EngineError("engine_failed", f"The engine failed at this row: {error}")))

    def _begin_embedding(self, frame: Embed) -> None:
        embedder = self._loaded.embedder if self._loaded else None
        if embedder is None:
            error = (
                EngineError("unsupported", "This model writes text; embeddings need an embedding model.")
                if self._loaded
                else EngineError("conflict", "No model is loaded in this engine.")
            )
            self._post(Error(frame.id, error_body(error)))
            return
        self._embeds.append(_EmbedJob(frame, embedder.embed(frame.texts)))

    def _embed(self) -> None:
        """Compute one batch of the oldest embedding request."""
        if not self._embeds:
            return
        job = self._embeds[0]
        try:
            vectors, tokens = next(job.batches)
        except StopIteration:
            self._embeds.pop(0)
            ordered = [job.vectors[index] for index in range(len(job.frame.texts))]
            self._post(Embedded(job.frame.id, ordered, job.tokens))
        except Exception as error:
            self._embeds.pop(0)
            log("error", "embedding failed", id=job.frame.id, error=repr(error))
            failure = EngineError("engine_failed", f"The embedding failed: {error}")
            self._post(Error(job.frame.id, error_body(failure)))
        else:
            job.vectors.update(vectors)
            job.tokens += tokens


def _share(share: int, bounds: tuple[int, int]) -> int:
    """A share of the machine's memory in bytes, within bounds."""
    low, high = bounds
    return min(max(memory_bytes() // share, low), high)


def _open_prefixes(frame: Load, loaded: LoadedModel) -> PrefixCache:
    """The cache of a loaded model; without files when its folder cannot be used."""
    limit, files = frame.cache_limit_bytes, None
    if frame.cache_dir is not None:
        key = {
            "model": loaded.receipt.model_hash,
            "template": loaded.receipt.template_hash,
            "adapter": None,
            "layers": layer_kinds(make_layers(loaded.model)),
            "dtype": loaded.receipt.dtype,
            "mlx_lm": SUPPORTED_VERSION,
            "format": 1,
        }
        try:
            files = CacheFiles(Path(frame.cache_dir), key, frame.cache_dir_limit_bytes)
        except OSError as error:
            log("warn", "caches are not kept on the disk", reason=str(error))
    return PrefixCache(_share(PREFIX_SHARE, PREFIX_BYTES) if limit is None else limit, files)
