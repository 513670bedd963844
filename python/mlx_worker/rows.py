"""One row: a generation on its way through the engine."""

import time
from dataclasses import dataclass, field

from .constraints import RowConstraint
from .errors import EngineError
from .guessing import RowGuesses
from .likelihoods import Likelihood
from .prefix_cache import Origin
from .protocol import CacheReceipt, Generate, Priority, Sampling, Timings, Usage
from .row_text import RowText, Said

PRIORITIES: dict[Priority, int] = {"interactive": 0, "batch": 1, "background": 2}


@dataclass(eq=False)
class Row:
    """What both threads know of a row. The IO thread owns it; the MLX thread writes the marks.

    `token_ids` are all ids to be fed: the prompt's, then those resumed. `completed` counts completion
    tokens, resumed ones included; `limit` is the most there may be. `reused` ids were in a cache already.
    `checkpoints` are lengths at which the next prompt is sure to agree; `spared` ids are never excluded by
    XTC. `guesses` is None where none were wanted. `constrained_by` is the frame that `constraint` came with.
    Marks are seconds of the monotonic clock.
    """

    id: str
    token_ids: list[int]
    prompt_tokens: int
    limit: int
    sampling: Sampling
    seed: int
    priority: Priority
    text: RowText
    completed: int = 0
    unsent: Said | None = None
    constraint: RowConstraint | None = None
    guesses: RowGuesses | None = None
    constrained_by: Generate | None = None
    checkpoints: tuple[int, ...] = ()
    spared: tuple[int, ...] = ()
    reused: int = 0
    reused_from: Origin = "none"
    seconds_saved: float = 0.0
    closed: bool = False
    queued_at: float = field(default_factory=time.monotonic)
    prefill_at: float | None = None
    first_at: float | None = None
    last_at: float | None = None

    @property
    def resumed(self) -> int:
        return len(self.token_ids) - self.prompt_tokens

    def usage(self) -> Usage:
        reused = min(self.reused, self.prompt_tokens)
        return Usage(self.prompt_tokens, self.completed, reused, self.text.reasoning_tokens)

    def cache_receipt(self) -> CacheReceipt:
        return CacheReceipt(self.reused, self.reused_from, self.seconds_saved)

    def timings(self) -> Timings:
        """Seconds in the queue, in prefill up to the first token, and from there to the last one."""
        now = time.monotonic()
        prefill_at = self.prefill_at or now
        first_at = self.first_at or now
        decode = (self.last_at or first_at) - first_at
        steps = self.completed - self.resumed - 1
        return Timings(
            queue=prefill_at - self.queued_at,
            prefill=first_at - prefill_at if self.prefill_at else 0.0,
            decode=decode,
            tokens_per_second=steps / decode if decode > 0 and steps > 0 else 0.0,
        )


@dataclass
class Drop:
    """To the MLX thread: this row is finished for the client, forget it."""

    row: Row


@dataclass
class Park:
    """To the MLX thread: the reader of this row is behind, let it wait with its cache."""

    row: Row


@dataclass
class Unpark:
    """To the MLX thread: a parked row may go on."""

    row: Row


@dataclass
class Halt:
    """To the MLX thread: the daemon does not read at all, compute nothing until `Proceed`."""


@dataclass
class Proceed:
    """To the MLX thread: the daemon reads again."""


@dataclass
class Prefilled:
    """From the MLX thread: so much of the row's prompt is in. Tokens."""

    row: Row
    done: int
    total: int


@dataclass
class Stepped:
    """From the MLX thread: one decode step, as (row, token id, how it ended or None).

    `likelihoods` holds one for each of these tokens of the rows that ask for log-probabilities.
    """

    n: int
    at: float
    tokens: list[tuple[Row, int, str | None]]
    likelihoods: dict[Row, list[Likelihood]] = field(default_factory=dict)

    def add(self, row: Row, token: int, end: str | None, likelihood: Likelihood | None) -> None:
        self.tokens.append((row, token, end))
        if likelihood is not None:
            self.likelihoods.setdefault(row, []).append(likelihood)


@dataclass
class Failed:
    """From the MLX thread: this row cannot go on."""

    row: Row
    error: EngineError
