"""Filters of next-token distributions, as in mlx_lm.sample_utils, with parameters for each row.

All take float32 logits or log-probabilities of shape [rows, vocabulary], a constant apart being the same
distribution, and return them with the tokens that may not be chosen at -inf. Parameters are numbers, or
arrays of shape [rows, 1]. mlx_lm compiles its filters, which costs half a second for each on Linux.
"""

import math

import mlx.core as mx

Parameter = float | mx.array


def keep_top_p(logits: mx.array, top_p: Parameter) -> mx.array:
    """Keep the smallest set of tokens whose probability reaches `top_p` (https://arxiv.org/abs/1904.09751)."""
    ordered = mx.sort(logits, axis=-1)
    # Scaled by the likeliest token's, as logits are not normalised.
    probabilities = mx.exp(ordered - ordered[..., -1:])
    above = mx.cumsum(probabilities, axis=-1, reverse=True, inclusive=False)
    total = above[..., :1] + probabilities[..., :1]
    dropped = (above >= top_p * total).sum(axis=-1, keepdims=True)
    threshold = mx.take_along_axis(ordered, dropped, axis=-1)
    return mx.where(logits < threshold, -math.inf, logits)


def keep_min_p(logits: mx.array, log_min_p: Parameter) -> mx.array:
    """Keep tokens at least min_p times as likely as the likeliest (https://arxiv.org/abs/2407.01082)."""
    return mx.where(logits < mx.max(logits, axis=-1, keepdims=True) + log_min_p, -math.inf, logits)


def keep_top_k(logits: mx.array, top_k: int) -> mx.array:
    """Keep the `top_k` likeliest tokens; all of them when there are no more."""
    if top_k >= logits.shape[-1]:
        return logits
    others = mx.argpartition(-logits, kth=top_k - 1, axis=-1)[..., top_k:]
    return mx.put_along_axis(logits, others, mx.array(-math.inf, logits.dtype), axis=-1)


def exclude_top_choices(logits: mx.array, threshold: Parameter, spared: mx.array | None) -> mx.array:
    """Exclude every token more likely than `threshold` except the least likely of them (XTC).

    `spared` ids, as numbers of a row or of shape [rows, n], are never excluded. mlx_lm.sample_utils.apply_xtc
    without the drawing of whether to do it; idea: https://github.com/oobabooga/text-generation-webui/pull/6335.
    """
    probabilities = mx.softmax(logits, axis=-1)
    likely = mx.where(probabilities > threshold, probabilities, math.inf)
    excluded = mx.where(probabilities > likely.min(axis=-1, keepdims=True), -math.inf, logits)
    if spared is None:
        return excluded
    spared = mx.broadcast_to(spared, (logits.shape[0], spared.shape[-1]))
    return mx.put_along_axis(excluded, spared, mx.take_along_axis(logits, spared, axis=-1), axis=-1)
