"""Choosing the next token of one row."""

import math
from collections.abc import Callable

import mlx.core as mx

from .protocol import Sampling

Sampler = Callable[[mx.array], mx.array]


def greedy(logprobs: mx.array) -> mx.array:
    """The likeliest token of each row. Shape [rows, vocabulary] -> [rows]."""
    return mx.argmax(logprobs, axis=-1)


def make_sampler(sampling: Sampling, seed: int, position: int) -> Sampler:
    """A sampler for one row whose first call chooses completion token number `position`.

    Temperature 0 is `greedy`, one function for all rows, so that such rows share one call.
    """
    if sampling.temperature == 0:
        return greedy
    return SeededSampler(sampling, seed, position)


class SeededSampler:
    """Samples with a key made of the seed and the token's position alone.

    So neither the other rows of the batch nor an interruption changes what a seeded row says.
    """

    def __init__(self, sampling: Sampling, seed: int, position: int) -> None:
        self._sampling = sampling
        self._seed = seed
        self._position = position

    def __call__(self, logprobs: mx.array) -> mx.array:
        """Shape [1, vocabulary] log-probabilities -> [1] token ids."""
        sampling = self._sampling
        if sampling.top_p < 1:
            logprobs = keep_top_p(logprobs, sampling.top_p)
        if sampling.min_p > 0:
            logprobs = keep_min_p(logprobs, sampling.min_p)
        if 0 < sampling.top_k < logprobs.shape[-1]:
            logprobs = keep_top_k(logprobs, sampling.top_k)
        # A threefry key is two 32-bit words: the seed and the position are one each.
        key = mx.array([self._seed, self._position], dtype=mx.uint32)
        self._position += 1
        # The Gumbel-max trick (https://arxiv.org/abs/1611.01144, section 2): noise per token, then the best.
        # mx.random.categorical walks the summed probabilities, where the last bit of any of them, which
        # differs between a prefilled and a decoded prefix, often moves the choice to a neighbour.
        noise = mx.random.gumbel(logprobs.shape, key=key)
        return mx.argmax(logprobs * (1 / sampling.temperature) + noise, axis=-1)


# The three filters follow mlx_lm.sample_utils without its mx.compile: compiling costs half a second
# per kernel and per new parameter value on Linux.


def keep_top_p(logprobs: mx.array, top_p: float) -> mx.array:
    """Keep the smallest set of tokens whose probability reaches `top_p` (https://arxiv.org/abs/1904.09751)."""
    ordered = mx.sort(logprobs, axis=-1)
    probabilities = mx.exp(ordered)
    above = mx.cumsum(probabilities, axis=-1, reverse=True, inclusive=False)
    total = above[..., :1] + probabilities[..., :1]
    dropped = (above >= top_p * total).sum(axis=-1, keepdims=True)
    threshold = mx.take_along_axis(ordered, dropped, axis=-1)
    return mx.where(logprobs < threshold, -math.inf, logprobs)


def keep_min_p(logprobs: mx.array, min_p: float) -> mx.array:
    """Keep tokens at least `min_p` times as likely as the likeliest (https://arxiv.org/abs/2407.01082)."""
    threshold = mx.max(logprobs, axis=-1, keepdims=True) + math.log(min_p)
    return mx.where(logprobs < threshold, -math.inf, logprobs)


def keep_top_k(logprobs: mx.array, top_k: int) -> mx.array:
    """Keep the `top_k` likeliest tokens."""
    others = mx.argpartition(-logprobs, kth=top_k - 1, axis=-1)[..., top_k:]
    return mx.put_along_axis(logprobs, others, mx.array(-math.inf, logprobs.dtype), axis=-1)
