"""Logit bias and penalties: what changes a row's logits before its token is chosen."""

from collections import Counter
from collections.abc import Sequence

import mlx.core as mx

from .protocol import Sampling
from .sampling import RowSampling

# mlx_lm's context size: so many ids before the next one, prompt included, are held against it.
REPETITION_IDS = 20


class Penalties:
    """Changes the logits of a fixed list of rows, step by step; made anew when rows come or go.

    `held` are the ids of each row before the one that is fed first. Everything follows from a row's ids, so
    a resumed, paused or batched row is penalised as it would have been alone. In mlx_lm's order
    (sample_utils.make_logits_processors): bias, repetition, then presence and frequency.
    """

    def __init__(self, rows: Sequence[RowSampling], held: Sequence[Sequence[int]]) -> None:
        self._parts = [
            (users, make([rows[index] for index in users], [held[index] for index in users]))
            for uses, make in ((_is_biased, _Bias), (_is_repetition, _Repetition), (_is_counted, _Counts))
            if (users := [index for index, row in enumerate(rows) if uses(row.sampling)])
        ]

    @staticmethod
    def needed(rows: Sequence[RowSampling]) -> bool:
        """Whether any of the rows uses any of them."""
        return any(
            _is_biased(row.sampling) or _is_repetition(row.sampling) or _is_counted(row.sampling)
            for row in rows
        )

    def __call__(self, logits: mx.array, fed: mx.array) -> mx.array:
        """Shape [rows, vocabulary] float32 logits, after the ids `fed` of shape [rows] -> the same, changed.

        Call it once for each step: it remembers what was fed.
        """
        for users, part in self._parts:
            if len(users) == logits.shape[0]:
                logits = part(logits, fed)
                continue
            indices = mx.array(users)
            changed = mx.array(logits)
            changed[indices] = part(logits[indices], fed[indices])
            logits = changed
        return logits


class _Bias:
    """Added to the logits of single ids (OpenAI's logit_bias)."""

    def __init__(self, rows: list[RowSampling], held: list[Sequence[int]]) -> None:
        biases = [list(row.sampling.logit_bias.items()) for row in rows]
        longest = max(map(len, biases))
        # Shorter ones add nothing to the id 0.
        filled = [bias + [("0", 0.0)] * (longest - len(bias)) for bias in biases]
        self._ids = mx.array([[int(token) for token, _ in bias] for bias in filled])
        self._values = mx.array([[value for _, value in bias] for bias in filled])
        self._rows = mx.arange(len(rows))[:, None]

    def __call__(self, logits: mx.array, fed: mx.array) -> mx.array:
        return logits.at[self._rows, self._ids].add(self._values)


class _Repetition:
    """Divides the logits of recent ids, or multiplies negative ones (https://arxiv.org/abs/1909.05858, 4.1).

    The formula and the number of ids are those of mlx_lm.sample_utils.make_repetition_penalty.
    """

    def __init__(self, rows: list[RowSampling], held: list[Sequence[int]]) -> None:
        self._penalty = mx.array([[row.sampling.repetition_penalty] for row in rows])
        self._recent = mx.array(
            [
                [-1] * (REPETITION_IDS - len(ids[-REPETITION_IDS:])) + list(ids[-REPETITION_IDS:])
                for ids in held
            ]
        )

    def __call__(self, logits: mx.array, fed: mx.array) -> mx.array:
        last = fed[:, None].astype(self._recent.dtype)
        self._recent = mx.concatenate([self._recent[:, 1:], last], axis=1)
        # A row with fewer ids repeats the last one, which changes nothing.
        recent = mx.where(self._recent < 0, last, self._recent)
        chosen = mx.take_along_axis(logits, recent, axis=-1)
        changed = mx.where(chosen < 0, chosen * self._penalty, chosen / self._penalty)
        return mx.put_along_axis(logits, recent, changed, axis=-1)


class _Counts:
    """Presence and frequency penalties over the completion so far.

    logit[j] -= count[j] * frequency + (count[j] > 0) * presence: OpenAI's formula, from its guide
    "Advanced usage", "Parameter details" (https://platform.openai.com/docs/guides/advanced-usage).
    """

    def __init__(self, rows: list[RowSampling], held: list[Sequence[int]]) -> None:
        self._presence = mx.array([[row.sampling.presence_penalty] for row in rows])
        self._frequency = mx.array([[row.sampling.frequency_penalty] for row in rows])
        self._rows = mx.arange(len(rows))
        self._said = [Counter(ids[row.prompt_tokens :]) for row, ids in zip(rows, held, strict=True)]
        # The first id fed may be the prompt's last one.
        self._weight = mx.array(
            [float(len(ids) >= row.prompt_tokens) for row, ids in zip(rows, held, strict=True)]
        )
        self._counts: mx.array | None = None

    def __call__(self, logits: mx.array, fed: mx.array) -> mx.array:
        counts = self._counts if self._counts is not None else self._count(logits.shape)
        counts = self._counts = counts.at[self._rows, fed].add(self._weight)
        self._weight = mx.ones_like(self._weight)
        return logits - (counts * self._frequency + (counts > 0) * self._presence)

    def _count(self, shape: tuple[int, ...]) -> mx.array:
        places = [(row, token, count) for row, said in enumerate(self._said) for token, count in said.items()]
        if not places:
            return mx.zeros(shape)
        rows, ids, counts = map(mx.array, zip(*places, strict=True))
        return mx.zeros(shape).at[rows, ids].add(counts)


def _is_biased(sampling: Sampling) -> bool:
    return bool(sampling.logit_bias)


def _is_repetition(sampling: Sampling) -> bool:
    return sampling.repetition_penalty != 1


def _is_counted(sampling: Sampling) -> bool:
    return bool(sampling.presence_penalty or sampling.frequency_penalty)
