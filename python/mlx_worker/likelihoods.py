"""The log-probabilities that the model itself gave: before bias, penalties, temperature and filters."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import mlx.core as mx

from .sampling import RowSampling

# OpenAI's figure for "so unlikely that it does not matter"; JSON has no minus infinity.
UNLIKELY = -9999.0


@dataclass(frozen=True)
class Likelihood:
    """One chosen token's log-probability, and the likeliest tokens with theirs, best first."""

    logprob: float
    top: list[tuple[int, float]]


class Likelihoods:
    """What the rows of one step that ask for it will be told; computed with the step, read after it."""

    def __init__(self, rows: Sequence[RowSampling], logits: mx.array, chosen: mx.array) -> None:
        """The model's `logits` of shape [rows, vocabulary], and the ids `chosen`, shape [rows]."""
        self._tops = [row.sampling.top_logprobs for row in rows]
        total = mx.logsumexp(logits, axis=-1, keepdims=True)
        logprobs = mx.take_along_axis(logits, chosen[:, None], axis=-1) - total
        self.arrays = [logprobs]
        most = min(max(self._tops), logits.shape[-1])
        if most:
            ids = mx.argpartition(logits, kth=-most, axis=-1)[..., -most:]
            values = mx.take_along_axis(logits, ids, axis=-1) - total
            order = mx.argsort(-values, axis=-1)
            self.arrays += [mx.take_along_axis(array, order, axis=-1) for array in (ids, values)]
        self._read: list[Likelihood] | None = None

    def __getitem__(self, index: int) -> Likelihood:
        if self._read is None:
            self._read = self._lists()
        return self._read[index]

    def _lists(self) -> list[Likelihood]:
        chosen, *alternatives = ([list(row) for row in _rows(array)] for array in self.arrays)
        ids, values = alternatives or ([[] for _ in chosen], [[] for _ in chosen])
        return [
            Likelihood(max(logprob, UNLIKELY), _best(some, theirs, top))
            for (logprob,), some, theirs, top in zip(chosen, ids, values, self._tops, strict=True)
        ]


def _rows(array: mx.array) -> Any:
    return array.tolist()


def _best(ids: list[int], logprobs: list[float], top: int) -> list[tuple[int, float]]:
    pairs = list(zip(ids, logprobs, strict=True))[:top]
    # What a model masks itself is no alternative.
    return [(token, logprob) for token, logprob in pairs if logprob > -math.inf]
