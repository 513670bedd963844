"""The loop of the MLX thread: everything that touches MLX happens here, one thing at a time."""

import gc
import queue
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import mlx.core as mx
import msgspec

from .adapter import SUPPORTED_VERSION, RowBatch, check_version
from .cache_files import CacheFiles
from .draft import DraftModel
from .embed_queue import EmbedQueue
from .errors import EngineError
from .generations import Generations
from .host import memory_bytes
from .layers import layer_kinds, make_layers
from .loader import LoadedModel, load_model
from .log import log
from .prefix_cache import PrefixCache
from .protocol import (
    Embed,
    Error,
    Load,
    Loaded,
    LoadProgress,
    Ping,
    Pong,
    Unload,
    Unloaded,
    Withdraw,
    error_body,
)
from .ranks import ALONE, Inbox, Ranks
from .rows import Drop, Failed, Halt, Park, Prefilled, Proceed, Row, Stepped, Unpark
from .speculation import Speculation
from .tokens import Tokens

CLEAR_CACHE_EVERY_STEPS = 512
# Freed buffers that MLX may keep for reuse: of the weights' bytes, and never more than of the machine's.
POOL_WEIGHTS_SHARE, POOL_MIN_BYTES = 4, 8 << 20
# A batch of texts needs more than a step does; with less, a fourth of the time goes into page faults.
EMBEDDING_POOL_BYTES = 128 << 20
POOL_SHARE, POOL_BYTES = 16, (256 << 20, 2 << 30)
# Caches of prompts that may come again, where the load frame sets no limit.
PREFIX_SHARE, PREFIX_BYTES = 16, (128 << 20, 8 << 30)
# Caches go to the disk when nobody has wanted anything for so long: a person who types on is not held up.
IDLE_SECONDS = 1.5

Command = Load | Unload | Embed | Withdraw | Ping | Row | Drop | Park | Unpark | Halt | Proceed


@dataclass
class Ready:
    """To the IO thread: the model is in memory. `tokens` is None for an embedding model."""

    frame: Loaded
    tokens: Tokens | None
    loaded: LoadedModel


Event = msgspec.Struct | Stepped | Prefilled | Failed | Ready


class Scheduler:
    """Drains `inbox`, then feeds at most one prefill chunk, then decodes one step; `post` takes events.

    Prefill comes between a step's publication and the next step because MLX already works on that
    next step by then: a short prompt that arrives during a step joins the one after it.
    """

    def __init__(self, inbox: Inbox, post: Callable[[Event], None], ranks: Ranks = ALONE) -> None:
        check_version()
        self._ranks = ranks
        self._inbox = ranks.mirror(inbox)
        self._post = post
        self._loaded: LoadedModel | None = None
        self._generations: Generations | None = None
        self._embeds = EmbedQueue(post)
        self._halted = False
        self._worked_at = 0.0
        mx.set_cache_limit(_share(POOL_SHARE, POOL_BYTES))

    def run(self) -> None:
        """Work for ever; the process ends from another thread."""
        while True:
            self.turn()

    def turn(self) -> None:
        """One turn of the loop; blocks while there is nothing to do."""
        self._drain()
        if not self.busy:
            return
        rows = self._generations
        if rows is not None:
            before = rows.steps
            rows.turn()
            if rows.steps // CLEAR_CACHE_EVERY_STEPS > before // CLEAR_CACHE_EVERY_STEPS:
                mx.clear_cache()
        self._embeds.work()
        self._worked_at = time.monotonic()

    @property
    def busy(self) -> bool:
        """Whether there is anything to compute."""
        if self._halted:
            return False
        return bool(self._embeds) or (self._generations is not None and self._generations.busy)

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
        rows = self._generations
        while rows is not None and (prefixes := rows.prefixes).unsaved() is not None:
            try:
                return self._inbox.get(timeout=max(0.0, self._worked_at + IDLE_SECONDS - time.monotonic()))
            except queue.Empty:
                prefixes.save_one(rows.prefill_rate or 0.0)
                if prefixes.unsaved() is None:
                    log("info", "caches are on the disk", bytes=prefixes.bytes)
        return self._inbox.get()

    def _handle(self, command: Command) -> None:
        match command:
            case Row() | Drop() | Park() | Unpark():
                self._direct(command)
            case Halt():
                self._halted = True
            case Proceed():
                self._halted = False
            case Ping():
                self._post(self._pong(command))
            case Load():
                self._load(command)
            case Unload():
                self._unload(command)
            case Embed():
                self._embeds.add(command, self._loaded)
            case Withdraw(id):
                self._embeds.withdraw(id)

    def _direct(self, command: Row | Drop | Park | Unpark) -> None:
        rows = self._generations
        if rows is None:
            if isinstance(command, Row):
                self._post(Failed(command, EngineError("conflict", "The model was unloaded.")))
            return
        match command:
            case Row():
                rows.add(command)
            case Drop(row):
                rows.forget(row)
            case Park(row):
                rows.park(row)
            case Unpark(row):
                rows.unpark(row)

    def _load(self, frame: Load) -> None:
        try:
            if self._loaded is not None:
                raise EngineError("conflict", "This engine already holds a model; unload it first.")
            loaded = load_model(
                frame, lambda done, stage: self._post(LoadProgress(frame.id, done, stage)), self._ranks
            )
            tokens = Tokens(loaded) if loaded.embedder is None else None
        except EngineError as error:
            gc.collect()
            mx.clear_cache()
            self._post(Error(frame.id, error_body(error)))
            return
        self._loaded = loaded
        least = POOL_MIN_BYTES if tokens is not None else EMBEDDING_POOL_BYTES
        wanted = max(loaded.receipt.weights_bytes // POOL_WEIGHTS_SHARE, least)
        mx.set_cache_limit(min(wanted, _share(POOL_SHARE, POOL_BYTES)))
        if tokens is not None:
            draft = None
            if loaded.draft is not None:
                draft = DraftModel(loaded.draft, loaded.receipt.vocabulary)
            batch = RowBatch(loaded.model, loaded.end_token_ids, Speculation(draft))
            prefixes = _open_prefixes(frame, loaded, self._ranks)
            self._generations = Generations(batch, prefixes, self._post, self._ranks)
        # What is loaded stays: later collections need not walk it.
        gc.collect()
        gc.freeze()
        self._post(Ready(Loaded(frame.id, loaded.receipt), tokens, loaded))

    def _unload(self, frame: Unload) -> None:
        self._loaded = self._generations = None
        self._embeds.clear()
        gc.unfreeze()
        gc.collect()
        mx.clear_cache()
        self._post(Unloaded(frame.id))

    def _pong(self, frame: Ping) -> Pong:
        rows = self._generations
        known = rows is not None
        held, useful = rows.cache_bytes() if known else (0, 0)
        return Pong(
            id=frame.id,
            rows=len(rows) if known else 0,
            active_bytes=mx.get_active_memory(),
            peak_bytes=mx.get_peak_memory(),
            cache_bytes=mx.get_cache_memory(),
            prefix_bytes=rows.prefixes.bytes if known else 0,
            kv_bytes=held,
            kv_useful_bytes=useful,
            paused=rows.paused if known else 0,
        )


def _share(share: int, bounds: tuple[int, int]) -> int:
    """A share of the machine's memory in bytes, within bounds."""
    low, high = bounds
    return min(max(memory_bytes() // share, low), high)


def _open_prefixes(frame: Load, loaded: LoadedModel, ranks: Ranks) -> PrefixCache:
    """The cache of a loaded model; without files when its folder cannot be used."""
    limit, files = frame.cache_limit_bytes, None
    if ranks.size > 1:
        # Ranks must forget the same caches, and so hold as many bytes of each.
        even = ranks.alike(loaded.receipt.kv_bytes_per_token)
        share = _share(PREFIX_SHARE, PREFIX_BYTES) if limit is None else limit
        limit = ranks.agree("cache", share) if even else 0
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
