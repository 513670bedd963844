"""Several processes, one model: every rank runs the same scheduler over the same log.

Rank 0 talks to the daemon. What its scheduler takes out of its inbox, and what it decides by the clock, it
writes to the other ranks before it acts on it; they take both from that log instead. All else follows from
these, so that every rank issues the same MLX operations in the same order, which collectives ask for.

When a rank dies, MLX's ring finishes what is under way with whatever is in the buffers and complains at the
next operation only. So a step counts when every rank has said what it decoded in it.
"""

import contextlib
import os
import queue
import sys
import threading
import zlib
from collections.abc import Callable, Generator, Sequence
from dataclasses import fields
from typing import Any, NoReturn, Protocol, TypeVar, get_args, get_type_hints

import mlx.core as mx
import msgspec

from . import rows
from .errors import EngineError
from .exits import EXIT_DIVERGED, EXIT_FOLLOWED, EXIT_PEER_LOST
from .log import log
from .protocol import Load, ToEngine
from .rows import Row
from .wire import HEADER_BYTES, FrameReader

WORD_BYTES = 1024
DIGEST_BYTES = 4
# What the IO thread of rank 0 keeps for itself.
ROW_STAYS = {"text", "unsent", "constraint", "guesses"}

Value = TypeVar("Value")
Command = Any


class Inbox(Protocol):
    """The part of queue.SimpleQueue that the scheduler uses."""

    def get(self, block: bool = True, timeout: float | None = None) -> Command: ...

    def get_nowait(self) -> Command: ...


class Ranks:
    """One process alone; the base of those that are several. `rank` counts from 0, `size` from 1."""

    rank = 0
    size = 1

    def mirror(self, inbox: Inbox) -> Inbox:
        """The inbox that all ranks see alike."""
        return inbox

    def agree(self, what: str, value: Value) -> Value:
        """Rank 0's value, on every rank: for all that depends on the clock or on this machine."""
        return value

    def confirm(self, decoded: object) -> None:
        """Return when every rank has decoded this in this step; end the process when one did not."""

    @contextlib.contextmanager
    def together(self) -> Generator[None]:
        """What one rank fails to do fails on all, with the same EngineError."""
        yield

    def alike(self, value: int) -> bool:
        """Whether all ranks gave the same number."""
        return True

    def survive(self, error: Exception) -> None:
        """Return when the ranks are still in step after `error`; end the process when they may not be."""

    def split(self, model: Any, config: dict[str, Any]) -> None:
        """Leave this rank's share of a model whose weights are not read yet. Raises `model_unsupported`."""


ALONE = Ranks()


class _Group(Ranks):
    """A rank of several, connected by one of MLX's backends."""

    def __init__(self, backend: str) -> None:
        self._group = mx.distributed.init(strict=True, backend=backend)
        self.rank, self.size = self._group.rank(), self._group.size()
        log("info", "the ranks are connected", rank=self.rank, size=self.size, backend=backend)

    @contextlib.contextmanager
    def together(self) -> Generator[None]:
        try:
            yield
        except Exception as error:
            failure = _failure(error)
            self._tell(failure)
            raise failure from error
        self._tell(None)

    def _tell(self, failure: EngineError | None) -> None:
        """Exchange how it went; raises the failure of another rank."""
        word = [failure.code, failure.message[:300]] if failure else None
        said = msgspec.json.encode(word).ljust(WORD_BYTES)
        heard: Any = mx.distributed.all_gather(mx.array(list(said), dtype=mx.uint8), group=self._group)
        mx.eval(heard)
        words = bytes(memoryview(heard))
        for rank in range(self.size):
            try:
                word = msgspec.json.decode(words[rank * WORD_BYTES : (rank + 1) * WORD_BYTES].strip())
            except msgspec.DecodeError as error:
                # What a lost rank leaves in the buffers.
                raise RuntimeError(f"Rank {rank} was lost.") from error
            if word is not None and failure is None:
                raise EngineError(word[0], f"Rank {rank} of {self.size}: {word[1]}", rank=rank)

    def alike(self, value: int) -> bool:
        given = mx.distributed.all_gather(mx.array([value], dtype=mx.int64), group=self._group)
        return bool((given == value).all().item())

    def survive(self, error: Exception) -> None:
        # MLX raises RuntimeError for a lost peer; the next collective would then wait for ever.
        if isinstance(error, RuntimeError | MemoryError):
            log("error", "a rank was lost, or failed alone", rank=self.rank, error=str(error))
            os._exit(EXIT_PEER_LOST)

    def split(self, model: Any, config: dict[str, Any]) -> None:
        from .split import split_model

        log("info", "the model is split", by=split_model(model, config, self._group), ranks=self.size)


class Leader(_Group):
    """Rank 0. `followers`: of each other rank, where its standard input is written and its output read."""

    def __init__(self, backend: str, followers: Sequence[tuple[int, int]]) -> None:
        self._followers = list(followers)
        super().__init__(backend)

    def confirm(self, decoded: object) -> None:
        expected = _digest(decoded)
        for rank, (_, answers) in enumerate(self._followers, start=1):
            said = b""
            while len(said) < DIGEST_BYTES:
                received = os.read(answers, DIGEST_BYTES - len(said))
                if not received:
                    self._end(EXIT_PEER_LOST, f"rank {rank} is gone")
                said += received
            if said != expected:
                self._end(EXIT_DIVERGED, f"rank {rank} decoded something else")

    def _end(self, code: int, reason: str) -> NoReturn:
        log("error", "the ranks cannot go on", reason=reason)
        os._exit(code)

    def mirror(self, inbox: Inbox) -> Inbox:
        return _LeaderInbox(inbox, self._write)

    def agree(self, what: str, value: Value) -> Value:
        self._write(what, value)
        return value

    def _write(self, what: str, value: Any) -> None:
        payload = msgspec.msgpack.encode((what, value))
        entry = len(payload).to_bytes(HEADER_BYTES, "big") + payload
        for rank, (descriptor, _) in enumerate(self._followers, start=1):
            rest = memoryview(entry)
            try:
                while rest:
                    rest = rest[os.write(descriptor, rest) :]
            except BrokenPipeError:
                self._end(EXIT_PEER_LOST, f"rank {rank} is gone")


class Follower(_Group):
    """Any other rank. Its standard input is the log, whose end is its own; `answers` is read by rank 0."""

    def __init__(self, backend: str, answers: int) -> None:
        self._answers = answers
        self._tokens: Any = None
        self._log: queue.SimpleQueue[bytes] = queue.SimpleQueue()
        threading.Thread(target=_read_log, args=(self._log,), name="log", daemon=True).start()
        super().__init__(backend)

    def mirror(self, inbox: Inbox) -> Inbox:
        return _FollowerInbox(self._read, self._row)

    def hear(self, event: object) -> None:
        """Take what the scheduler posts: here nobody is told, but rows are made with the model's tokens."""
        if hasattr(event, "loaded"):
            self._tokens = getattr(event, "tokens", None)

    def _row(self, value: dict[str, Any]) -> Row:
        """A row as rank 0 queued it; its constraint is compiled again, its text is rank 0's alone."""
        hints = get_type_hints(Row)
        row = Row(text=_SILENT, **{name: msgspec.convert(one, hints[name]) for name, one in value.items()})
        if row.constrained_by is not None:
            prompt, resumed = row.token_ids[: row.prompt_tokens], row.token_ids[row.prompt_tokens :]
            row.constraint = self._tokens.row_constraint(row.constrained_by, prompt)
            row.constraint.follow(row.prompt_tokens, resumed)
        return row

    def agree(self, what: str, value: Value) -> Value:
        said, agreed = self._read()
        if said != what:
            reason = f"rank 0 decided {said} where rank {self.rank} expected {what}"
            log("error", "the ranks cannot go on", reason=reason)
            os._exit(EXIT_DIVERGED)
        return agreed

    def confirm(self, decoded: object) -> None:
        os.write(self._answers, _digest(decoded))

    def _read(self) -> tuple[str, Any]:
        what, value = msgspec.msgpack.decode(self._log.get())
        return what, value


class _LeaderInbox:
    """Writes every command to the log before the scheduler sees it, and also that there was none."""

    def __init__(self, inbox: Inbox, write: Callable[[str, Any], None]) -> None:
        self._inbox = inbox
        self._write = write

    def get(self, block: bool = True, timeout: float | None = None) -> Command:
        try:
            return self._mirrored(self._inbox.get(block, timeout))
        except queue.Empty:
            self._write("none", None)
            raise

    def get_nowait(self) -> Command:
        return self.get(block=False)

    def _mirrored(self, command: Command) -> Command:
        if isinstance(command, Load):
            # A file that one rank finds and another does not would part them.
            command.cache_dir = command.draft_path = None
        elif isinstance(command, Row):
            # Whether guessing ahead pays is measured, by each rank for itself.
            command.guesses = None
        self._write(type(command).__name__, _portable(command))
        return command


class _FollowerInbox:
    """Gives what rank 0's inbox gave."""

    def __init__(
        self, read: Callable[[], tuple[str, Any]], make_row: Callable[[dict[str, Any]], Row]
    ) -> None:
        self._read = read
        self._make_row = make_row
        self._rows: dict[str, Row] = {}

    def get(self, block: bool = True, timeout: float | None = None) -> Command:
        what, value = self._read()
        if what == "none":
            raise queue.Empty
        if what == "Row":
            row = self._rows[value["id"]] = self._make_row(value)
            return row
        if what in FRAMES:
            return msgspec.convert(value, FRAMES[what])
        # A row that ended before it was queued is unknown here, and to the scheduler.
        row = self._rows.pop(value, _NOBODY) if what == "Drop" else self._rows.get(value, _NOBODY)
        command = getattr(rows, what)
        return command() if value is None else command(row)

    def get_nowait(self) -> Command:
        return self.get()


FRAMES: dict[str, Any] = {kind.__name__: kind for kind in get_args(ToEngine)}


def _portable(command: Command) -> Any:
    """A command as the log holds it. A row travels once; what is said of it later names it."""
    if isinstance(command, Row):
        return {one.name: getattr(command, one.name) for one in fields(Row) if one.name not in ROW_STAYS}
    if isinstance(command, msgspec.Struct):
        return command
    row = getattr(command, "row", None)
    return None if row is None else row.id


_SILENT: Any = None
_NOBODY: Any = None


def _digest(decoded: object) -> bytes:
    return zlib.crc32(repr(decoded).encode()).to_bytes(DIGEST_BYTES, "big")


def _failure(error: Exception) -> EngineError:
    return error if isinstance(error, EngineError) else EngineError("model_invalid", str(error))


def _read_log(entries: "queue.SimpleQueue[bytes]") -> None:
    """Take the log in as it comes, so that rank 0 never waits; its end is the end of this rank."""
    reader = FrameReader()
    while received := os.read(sys.stdin.fileno(), 1 << 16):
        for entry in reader.feed(received):
            entries.put(entry)
    os._exit(EXIT_FOLLOWED)
