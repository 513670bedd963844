"""A small model that guesses what a larger one with the same tokenizer will say."""

from collections.abc import Sequence
from typing import Any

import mlx.core as mx

from .decoding import Float32Logits
from .guessing import RowGuesses
from .layers import cut_layers, evaluate, make_layers
from .radix import common_length
from .sampling import Chooser, RowSampling

# Ids fed at once while it catches up with a row, so that no step waits long for it.
CHUNK_TOKENS = 256
# So few are fed along with its guesses.
ALMOST = 16


class DraftModel:
    """Guesses for one row at a time, on one cache: the next row goes on from where it is the same."""

    def __init__(self, model: Any, vocabulary: int) -> None:
        """`vocabulary`: the number of logits of the larger model, padding included."""
        self._source = model
        self._model = Float32Logits(model)
        self._vocabulary = vocabulary
        self._layers = make_layers(model)
        self._row: RowGuesses | None = None
        self._held: list[int] = []
        # Between the start of a computation and its end: when it fails, nobody knows what the cache holds.
        self._unsure = False

    def follow(self, row: RowGuesses, known: Sequence[int]) -> bool:
        """Read on in the row's ids, one chunk if needed; False when it has read one and cannot guess yet."""
        if self._unsure:
            self._layers, self._held, self._unsure = make_layers(self._source), [], False
        if row is not self._row:
            self._row = row
            self._keep(common_length(self._held, list(known)))
        if len(known) - len(self._held) <= ALMOST:
            return True
        chunk = list(known[len(self._held) : len(self._held) + CHUNK_TOKENS])
        self._unsure = True
        self._model(mx.array([chunk]), cache=self._layers)
        evaluate(self._layers)
        self._held += chunk
        self._unsure = False
        return False

    def guess(self, sampling: RowSampling, known: Sequence[int], pending: int, count: int) -> mx.array:
        """Start to compute the `count` ids after `known`, which it follows, and `pending`; shape [count].

        Chosen as the larger model's will be, with the same noise: where both agree, so do their choices.
        `learn` comes next.
        """
        self._unsure = True
        chooser = Chooser([sampling])
        rest = [*known[len(self._held) :], pending]
        self._held += rest
        fed = mx.array([rest])
        guesses: list[mx.array] = []
        while len(guesses) < count:
            logits = self._sized(self._model(fed, cache=self._layers)[:, -1, :])
            place = sampling.position(len(self._held) + len(guesses))
            guesses.append(chooser(logits, [place]))
            fed = guesses[-1][:, None]
        return mx.concatenate(guesses)

    def learn(self, right: Sequence[int], count: int) -> None:
        """After `guess` of `count` ids, of which the first ones were `right`."""
        # The last guess was not fed.
        fed = count - 1
        kept = min(len(right), fed)
        self._held += right[:kept]
        cut_layers(self._layers, fed - kept)
        self._unsure = False

    def _keep(self, tokens: int) -> None:
        surplus = len(self._held) - tokens
        if surplus > 0:
            cut_layers(self._layers, surplus)
            del self._held[tokens:]

    def _sized(self, logits: mx.array) -> mx.array:
        """Models of one family pad their vocabularies differently; noise is drawn for all of it."""
        missing = self._vocabulary - logits.shape[-1]
        if missing > 0:
            return mx.pad(logits, [(0, 0), (0, missing)], constant_values=-float("inf"))
        return logits[:, : self._vocabulary]
