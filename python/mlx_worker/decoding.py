"""Rows of one model decoding together, one token each a step.

Does what mlx_lm.generate.GenerationBatch (0.32.2) does, on mlx_lm's layer caches. That one normalises the
whole vocabulary at every step and calls a sampler and processors for each row; here all rows are
chosen for in one call, and only rows that ask for log-probabilities pay for them.
"""

import math
from collections.abc import Callable, Container
from dataclasses import dataclass
from typing import Any

import mlx.core as mx

from .layers import can_take_back, cut_layers
from .likelihoods import Likelihood, Likelihoods
from .penalties import Penalties
from .sampling import Chooser, RowSampling


@dataclass
class Response:
    """One row's token of one step. `finish_reason`: "stop" (an end token), "length", or None.

    `broken`: the logits it was chosen from held NaN, an infinity, or no finite value at all.
    `failed`: why else the row cannot go on.
    With its end come its layers and the ids that they hold.
    """

    uid: Any
    token: int
    finish_reason: str | None
    broken: bool
    likelihood: Likelihood | None = None
    prompt_cache: list[Any] | None = None
    all_tokens: list[int] | None = None
    failed: Exception | None = None


class Decoding:
    """A group of rows. The next token of each is computed ahead: while one is read, MLX works on the next.

    `tokens` are the ids that the caches hold. A lone row stays in its own plain cache: batch caches carry
    offsets, padding and a mask for every layer, on a small model a good part of a step.
    """

    # Groups of one kind may become one.
    kind: str | None = "plain"

    def __init__(
        self,
        model: Callable[..., mx.array],
        uids: list[Any],
        inputs: mx.array,
        prompt_cache: list[Any],
        tokens: list[list[int]],
        sampling: list[RowSampling],
        end_token_ids: Container[int],
        max_tokens: list[int],
    ) -> None:
        """The caches hold `tokens`; `inputs`, shape [rows], are fed at once. Each may get `max_tokens`."""
        self.model = model
        self.uids = uids
        self.prompt_cache = prompt_cache
        self.tokens = tokens
        self.sampling = sampling
        self.max_tokens = max_tokens
        self.merged = False
        self._ends = end_token_ids
        self._chooser: Chooser | None = None
        self._penalties: Penalties | None = None
        self._ahead = self._feed(inputs)
        self._hold(inputs)

    def __len__(self) -> int:
        return len(self.uids)

    def next(self) -> list[Response]:
        """One step; rows that end leave the group."""
        if not self.uids:
            return []
        current = self._ahead
        self._ahead = self._feed(current.tokens)
        tokens, peaks = self._hold(current.tokens), _numbers(current.peaks)
        responses = [
            Response(uid, tokens[index], self._end(index, tokens[index]), not math.isfinite(peaks[index]))
            for index, uid in enumerate(self.uids)
        ]
        for response, place in zip(responses, current.likelihoods, strict=True):
            if place is not None:
                response.likelihood = place[0][place[1]]
        keep = [index for index, response in enumerate(responses) if response.finish_reason is None]
        if len(keep) < len(responses):
            for index, response in enumerate(responses):
                if response.finish_reason is not None:
                    response.prompt_cache = self.extract_cache(index)
                    response.all_tokens = self.tokens[index]
            self.filter(keep)
        return responses

    def can_verify(self, count: int) -> bool:
        """Whether `verify` takes so many guesses: of a lone row, chosen for by its own logits alone, whose
        cache lets go of wrong ones."""
        if len(self.uids) != 1 or self.merged or self.kind != "plain":
            return False
        asks = self.sampling[0].sampling.logprobs or Penalties.needed(self.sampling)
        return not asks and can_take_back(self.prompt_cache, count + 1)

    def pending(self) -> int:
        """The next token of a lone row; waits for it."""
        mx.eval(self._ahead.tokens)
        return int(_numbers(self._ahead.tokens)[0])

    def verify(self, guesses: mx.array) -> list[Response]:
        """One step of a lone row that says its next token and, of `guesses` after it, those that are right.

        Shape [count]. Each is compared with the token that follows the ones before it by the row's own
        parameters, so the row says what it would have said; the first that differs is its next token.
        """
        current, count, held = self._ahead, guesses.shape[0], self.tokens[0]
        fed = mx.concatenate([current.tokens.astype(mx.int32), guesses.astype(mx.int32)])
        logits = self.model(fed[None], cache=self.prompt_cache)[0]
        first = self.sampling[0].position(len(held) + 1)
        chosen = Chooser(self.sampling * (count + 1))(logits, range(first, first + count + 1))
        peaks = mx.concatenate([current.peaks, mx.max(logits, axis=-1)])
        mx.eval(fed, chosen, peaks)
        said, follows, highs = _numbers(fed), _numbers(chosen), _numbers(peaks)
        right = next((index for index in range(count) if said[index + 1] != follows[index]), count)
        responses: list[Response] = []
        for token, high in zip(said[: right + 1], highs, strict=False):
            responses.append(Response(self.uids[0], token, self._end(0, token), not math.isfinite(high)))
            if responses[-1].finish_reason is not None or responses[-1].broken:
                break
        held += [response.token for response in responses]
        cut_layers(self.prompt_cache, count + 1 - len(responses))
        last = len(responses)
        self._ahead = _Ahead(chosen[last - 1 : last], peaks[last : last + 1], [None])
        if responses[-1].finish_reason is not None:
            responses[-1].prompt_cache, responses[-1].all_tokens = self.extract_cache(0), held
            self.filter([])
        return responses

    def _end(self, index: int, token: int) -> str | None:
        self.max_tokens[index] -= 1
        if token in self._ends:
            return "stop"
        return "length" if self.max_tokens[index] <= 0 else None

    def _hold(self, fed: mx.array) -> list[int]:
        """Wait for ids that were fed, and count them among those in the caches."""
        # Unlike reading it, evaluating lets the IO thread work meanwhile.
        mx.eval(fed)
        ids = [int(number) for number in _numbers(fed)]
        for held, token in zip(self.tokens, ids, strict=True):
            held.append(token)
        return ids

    def _feed(self, fed: mx.array) -> "_Ahead":
        """Start to compute the tokens that follow `fed`, which the caches take in."""
        logits = self.model(fed[:, None], cache=self.prompt_cache)[:, -1, :]
        chosen = self.choose(logits, fed)
        ahead = _Ahead(chosen, mx.max(logits, axis=-1), self._measure(logits, chosen))
        mx.async_eval(chosen, ahead.peaks, [place[0].arrays for place in ahead.likelihoods if place])
        return ahead

    def choose(self, logits: mx.array, fed: mx.array) -> mx.array:
        """The tokens that follow `fed`, by each row's parameters. [rows, vocabulary], [rows] -> [rows].

        To be called once a step, while `tokens` are the ids before `fed`.
        """
        if self._chooser is None:
            self._chooser = Chooser(self.sampling)
            needed = Penalties.needed(self.sampling)
            self._penalties = Penalties(self.sampling, self.tokens) if needed else None
        if self._penalties is not None:
            logits = self._penalties(logits, fed)
        rows = zip(self.sampling, self.tokens, strict=True)
        return self._chooser(logits, [row.position(len(held) + 1) for row, held in rows])

    def _measure(self, logits: mx.array, chosen: mx.array) -> list[tuple[Likelihoods, int] | None]:
        """Log-probabilities for the rows that ask, and where each finds its own."""
        places: list[tuple[Likelihoods, int] | None] = [None] * len(self.uids)
        asking = [index for index, row in enumerate(self.sampling) if row.sampling.logprobs]
        if not asking:
            return places
        if len(asking) < len(self.uids):
            logits, chosen = logits[mx.array(asking)], chosen[mx.array(asking)]
        measured = Likelihoods([self.sampling[index] for index in asking], logits, chosen)
        for place, index in enumerate(asking):
            places[index] = measured, place
        return places

    def merge(self) -> None:
        """Turn a lone row's caches into batch caches, so that others can join."""
        if not self.merged:
            self.prompt_cache = [layer.merge([layer]) for layer in self.prompt_cache]
            self.merged = True

    def settle(self) -> None:
        """After rows came or went: plain caches for a row left alone, and the next tokens scheduled.

        Their regrouping would otherwise be computed with the step after them, and they be read a step late.
        """
        if self.merged and len(self) == 1:
            self.prompt_cache = self.extract_cache(0)
            self.merged = False
        mx.async_eval(self._ahead.tokens, self._ahead.peaks)

    def extend(self, batch: "Decoding") -> None:
        """Take in the rows of another group, which is used up. Both have merged caches."""
        for layer, other in zip(self.prompt_cache, batch.prompt_cache, strict=True):
            layer.extend(other)
        self._ahead = self._ahead.extended(batch._ahead)
        self.uids = self.uids + batch.uids
        self.tokens = self.tokens + batch.tokens
        self.sampling = self.sampling + batch.sampling
        self.max_tokens = self.max_tokens + batch.max_tokens
        self._chooser = self._penalties = None

    def filter(self, keep: list[int]) -> None:
        """Keep only these rows."""
        if keep:
            for layer in self.prompt_cache:
                layer.filter(keep)
            self._ahead = self._ahead.of(keep)
        else:
            self.prompt_cache = []
        self.uids = [self.uids[index] for index in keep]
        self.tokens = [self.tokens[index] for index in keep]
        self.sampling = [self.sampling[index] for index in keep]
        self.max_tokens = [self.max_tokens[index] for index in keep]
        self._chooser = self._penalties = None

    def extract_cache(self, idx: int) -> list[Any]:
        """The layers of one row by themselves."""
        return [layer.extract(idx) for layer in self.prompt_cache] if self.merged else list(self.prompt_cache)


@dataclass
class _Ahead:
    """What is being computed: each row's next token, the largest logit before it, and what it will be told.

    The largest logit is NaN when any is, and an infinity when there is no finite one.
    """

    tokens: mx.array
    peaks: mx.array
    likelihoods: list[tuple[Likelihoods, int] | None]

    def of(self, rows: list[int]) -> "_Ahead":
        indices = mx.array(rows)
        likelihoods = [self.likelihoods[index] for index in rows]
        return _Ahead(self.tokens[indices], self.peaks[indices], likelihoods)

    def extended(self, other: "_Ahead") -> "_Ahead":
        return _Ahead(
            mx.concatenate([self.tokens, other.tokens]),
            mx.concatenate([self.peaks, other.peaks]),
            self.likelihoods + other.likelihoods,
        )


def _numbers(array: mx.array) -> Any:
    return array.tolist()


class Float32Logits:
    """The model, answering in float32: sampling in half precision makes ties of different logits."""

    def __init__(self, model: Callable[..., mx.array]) -> None:
        self._model = model

    def __call__(self, tokens: mx.array, cache: list[Any]) -> mx.array:
        return self._model(tokens, cache=cache).astype(mx.float32)
