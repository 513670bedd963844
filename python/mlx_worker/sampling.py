"""Choosing the next token of many rows in one call, each by its own parameters and its own key."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import mlx.core as mx

from .constraints import RowConstraint
from .filters import exclude_top_choices, keep_min_p, keep_top_k, keep_top_p
from .guessing import RowGuesses
from .protocol import Sampling

# Up to so many candidates are ordered by themselves; more are masked out of the whole vocabulary.
NARROW_TOP_K = 256
# Set in the position of the key that draws whether XTC acts: no answer is that long.
XTC_DRAW = 1 << 31


@dataclass(frozen=True)
class RowSampling:
    """How one row's tokens are chosen; with its ids this is all there is to know.

    Ids from `prompt_tokens` on are its completion. `spared` ids are never excluded by XTC. Rows with a
    `constraint` decode in a group of their own (constrained.py). `guesses`: what it knows of guessing its
    tokens ahead, where it may (speculation.py).
    """

    sampling: Sampling
    seed: int = 0
    prompt_tokens: int = 0
    spared: tuple[int, ...] = ()
    constraint: RowConstraint | None = None
    guesses: RowGuesses | None = None

    def position(self, held: int) -> int:
        """The number of the completion token that follows `held` ids, counted from 0."""
        return held - self.prompt_tokens


Choice = Callable[[mx.array, Sequence[int]], mx.array]


def greedy(logits: mx.array) -> mx.array:
    """The likeliest token of each row. Shape [rows, vocabulary] -> [rows]."""
    return mx.argmax(logits, axis=-1)


class Chooser:
    """Chooses for a fixed list of rows; made anew when rows come or go, so that a step builds no parameters.

    What it chooses for a row follows from that row's logits, parameters and position alone: a seeded row
    says the same alone, in a batch, resumed, and when tokens guessed ahead are verified.
    Temperature 0 takes the likeliest token, which no filter would change.
    """

    def __init__(self, rows: Sequence[RowSampling]) -> None:
        kinds = [_kind(row.sampling) for row in rows]
        self._parts = [
            (indices, make([rows[index] for index in indices]))
            for make in (_Greedy, _Narrow, _Wide)
            if (indices := [index for index, kind in enumerate(kinds) if kind is make])
        ]
        taken = [index for indices, _ in self._parts for index in indices]
        self._order = mx.array(sorted(range(len(taken)), key=taken.__getitem__))

    def __call__(self, logits: mx.array, positions: Sequence[int]) -> mx.array:
        """Shape [rows, vocabulary] float32 logits -> [rows] ids; `positions` count completion tokens."""
        if len(self._parts) == 1:
            return self._parts[0][1](logits, positions)
        chosen = [
            choose(logits[mx.array(indices)], [positions[index] for index in indices])
            for indices, choose in self._parts
        ]
        return mx.concatenate(chosen)[self._order]


class _Greedy:
    def __init__(self, rows: list[RowSampling]) -> None: ...

    def __call__(self, logits: mx.array, positions: Sequence[int]) -> mx.array:
        return greedy(logits)


class _Narrow:
    """Rows with a small top_k: all but the noise and the total mass happens on their candidates.

    On a CPU, ordering 150,000 logits takes 20 ms a row, finding the largest 40 of them 0.5 ms.
    """

    def __init__(self, rows: list[RowSampling]) -> None:
        self._seeds = [row.seed for row in rows]
        sampling = [row.sampling for row in rows]
        self._heat = _heat(rows)
        self._most = max(one.top_k for one in sampling)
        self._top_k = _column([one.top_k for one in sampling])
        self._top_p = _column([one.top_p if one.top_p < 1 else math.inf for one in sampling])
        self._min_p = _column([_log(one.min_p) for one in sampling])
        self._uses_top_p = any(one.top_p < 1 for one in sampling)
        self._uses_min_p = any(one.min_p > 0 for one in sampling)

    def __call__(self, logits: mx.array, positions: Sequence[int]) -> mx.array:
        vocabulary = logits.shape[-1]
        most = min(self._most, vocabulary)
        candidates = mx.argpartition(logits, kth=-most, axis=-1)[..., -most:]
        values = mx.take_along_axis(logits, candidates, axis=-1)
        order = mx.argsort(-values, axis=-1)
        values = mx.take_along_axis(values, order, axis=-1)
        candidates = mx.take_along_axis(candidates, order, axis=-1)
        kept = mx.where(mx.arange(most) < self._top_k, values, -math.inf)
        if self._uses_top_p:
            total = mx.exp(logits - values[..., :1]).sum(axis=-1, keepdims=True)
            above = mx.cumsum(mx.exp(values - values[..., :1]), axis=-1, inclusive=False)
            last = (above < self._top_p * total).sum(axis=-1, keepdims=True) - 1
            kept = mx.where(values < mx.take_along_axis(values, last, axis=-1), -math.inf, kept)
        if self._uses_min_p:
            kept = mx.where(values < values[..., :1] + self._min_p, -math.inf, kept)
        drawn = mx.take_along_axis(_uniform(_keys(self._seeds, positions), vocabulary), candidates, axis=-1)
        chosen = mx.argmax(kept * self._heat + _gumbel(drawn), axis=-1, keepdims=True)
        return mx.take_along_axis(candidates, chosen, axis=-1).squeeze(-1)


class _Wide:
    """Rows of any parameters: filters in the order of mlx_lm's make_sampler, each for its users."""

    def __init__(self, rows: list[RowSampling]) -> None:
        self._seeds = [row.seed for row in rows]
        self._heat = _heat(rows)
        self._filters = [
            *_for_some(rows, lambda one: one.top_p < 1, _top_p),
            *_for_some(rows, lambda one: one.min_p > 0, _min_p),
            *_for_some(rows, lambda one: one.xtc_probability > 0, _Xtc),
        ]
        for top_k in {row.sampling.top_k for row in rows} - {0}:
            self._filters += _for_some(rows, partial(_has_top_k, top_k), _top_k)

    def __call__(self, logits: mx.array, positions: Sequence[int]) -> mx.array:
        for filtered in self._filters:
            logits = filtered(logits, positions)
        # The Gumbel-max trick (https://arxiv.org/abs/1611.01144, section 2): noise per token, then the best.
        # mx.random.categorical walks the summed probabilities, where the last bit of any of them, which
        # differs between a prefilled and a decoded prefix, often moves the choice to a neighbour.
        noise = _gumbel(_uniform(_keys(self._seeds, positions), logits.shape[-1]))
        return mx.argmax(logits * self._heat + noise, axis=-1)


def _kind(sampling: Sampling) -> type[_Greedy | _Narrow | _Wide]:
    if sampling.temperature == 0:
        return _Greedy
    # XTC comes before top_k and looks at all that the other filters left.
    return _Narrow if 0 < sampling.top_k <= NARROW_TOP_K and not sampling.xtc_probability else _Wide


def _for_some(
    rows: list[RowSampling], uses: Callable[[Sampling], bool], make: Callable[[list[RowSampling]], Choice]
) -> list[Choice]:
    """The filter that `make` makes of the rows that use it; none when no row does."""
    users = [index for index, row in enumerate(rows) if uses(row.sampling)]
    if not users:
        return []
    filtered = make([rows[index] for index in users])
    if len(users) == len(rows):
        return [filtered]
    indices = mx.array(users)

    def some(logits: mx.array, positions: Sequence[int]) -> mx.array:
        result = mx.array(logits)
        result[indices] = filtered(logits[indices], [positions[index] for index in users])
        return result

    return [some]


def _top_p(rows: list[RowSampling]) -> Choice:
    top_p = _column([row.sampling.top_p for row in rows])
    return lambda logits, positions: keep_top_p(logits, top_p)


def _min_p(rows: list[RowSampling]) -> Choice:
    min_p = _column([_log(row.sampling.min_p) for row in rows])
    return lambda logits, positions: keep_min_p(logits, min_p)


def _has_top_k(top_k: int, sampling: Sampling) -> bool:
    return sampling.top_k == top_k


def _top_k(rows: list[RowSampling]) -> Choice:
    top_k = rows[0].sampling.top_k
    return lambda logits, positions: keep_top_k(logits, top_k)


class _Xtc:
    """XTC for the rows whose own draw says so at this position."""

    def __init__(self, rows: list[RowSampling]) -> None:
        self._seeds = [row.seed for row in rows]
        self._probability = _column([row.sampling.xtc_probability for row in rows])
        self._threshold = _column([row.sampling.xtc_threshold for row in rows])
        spared = rows[0].spared
        self._spared = mx.array([spared]) if spared else None

    def __call__(self, logits: mx.array, positions: Sequence[int]) -> mx.array:
        drawn = _uniform(_keys(self._seeds, [position | XTC_DRAW for position in positions]), 1)
        excluded = exclude_top_choices(logits, self._threshold, self._spared)
        return mx.where(drawn > self._probability, logits, excluded)


def _keys(seeds: list[int], positions: Sequence[int]) -> mx.array:
    # A threefry key is two 32-bit words: the seed and the position are one each.
    return mx.array(list(zip(seeds, positions, strict=True)), dtype=mx.uint32)


def _uniform(keys: mx.array, length: int) -> mx.array:
    """Numbers in [0, 1), `length` for each key. Shape [rows, 2] -> [rows, length]."""
    return mx.vmap(lambda key: mx.random.uniform(shape=(length,), key=key))(keys)


def _gumbel(uniform: mx.array) -> mx.array:
    return -mx.log(-mx.log(uniform))


def _heat(rows: list[RowSampling]) -> mx.array:
    return _column([1 / row.sampling.temperature for row in rows])


def _log(probability: float) -> float:
    return math.log(probability) if probability else -math.inf


def _column(values: Sequence[float]) -> mx.array:
    return mx.array([[value] for value in values])
