"""Exponentials of prefill through numpy, on the CPUs where MLX has no vector code for them.

MLX's CPU build computes exp one element at a time on x86 (10-28 ns; numpy's: 0.6), so the softmax of the
attention and silu took two thirds of a prefill. Both read an array where it lies, which is why they
wait for it: only for arrays so large that the wait is nothing.
"""

import platform
import sys
from typing import Any

import mlx.core as mx
import mlx.nn as nn
import numpy as np

from .host import device

Mask = None | str | mx.array

LARGE = 1 << 15
MIN_QUERIES = 16
# Queries of one block: enough for fast products, few enough to skip most of the keys behind them.
BLOCK_QUERIES = 128
BLOCK_ELEMENTS = 1 << 23
LEAST = float(np.finfo(np.float32).min)

_mlx_silu = nn.silu
_mlx_attention = mx.fast.scaled_dot_product_attention


def use_vector_math() -> None:
    """Let models of this process call `silu` and `attention` from here, where that is faster."""
    if device() == "cpu" and sys.platform == "linux" and platform.machine() == "x86_64":
        nn.silu = silu
        # One place for all models: each took its own name for what calls this.
        mx.fast.scaled_dot_product_attention = attention  # ty: ignore[invalid-assignment]


def silu(x: mx.array) -> mx.array:
    """x * sigmoid(x) of any shape, as mlx.nn.silu."""
    if x.dtype != mx.float32 or x.size < LARGE:
        return _mlx_silu(x)
    given: Any = x
    values = np.asarray(given)
    below = np.negative(values)
    # exp overflows to infinity where the result is zero.
    with np.errstate(over="ignore"):
        np.exp(below, out=below)
    below += 1
    np.divide(values, below, out=below)
    return mx.array(below)


def attention(
    q: mx.array,
    k: mx.array,
    v: mx.array,
    *,
    scale: float,
    mask: Mask = None,
    sinks: mx.array | None = None,
    force_fused: bool = False,
    stream: Any = None,
) -> mx.array:
    """As mx.fast.scaled_dot_product_attention: [B, H, L, D], [B, K, S, D], [B, K, S, E] -> [B, H, L, E].

    `mask` is None, "causal" (the last query sees every key), or an array that broadcasts to
    [B, H, L, S]: True for keys to see, or numbers to add.
    """
    batch, heads, length, _ = q.shape
    keys = k.shape[2]
    small = length < MIN_QUERIES or batch * heads * length * keys < LARGE
    if small or q.dtype != mx.float32 or sinks is not None:
        return _mlx_attention(
            q, k, v, scale=scale, mask=mask, sinks=sinks, force_fused=force_fused, stream=stream
        )
    block = min(max(MIN_QUERIES, BLOCK_ELEMENTS // (batch * heads * keys)), BLOCK_QUERIES)
    parts = []
    for start in range(0, length, block):
        end = min(start + block, length)
        # Keys behind the last query of a causal block are not even multiplied.
        seen = keys - length + end if isinstance(mask, str) else keys
        part = mask[..., start:end, :] if isinstance(mask, mx.array) and mask.shape[-2] > 1 else mask
        parts.append(_block(q[:, :, start:end] * scale, k[:, :, :seen], v[:, :, :seen], part))
    return parts[0] if len(parts) == 1 else mx.concatenate(parts, axis=2)


def _block(q: mx.array, k: mx.array, v: mx.array, mask: Mask) -> mx.array:
    """Attention of some queries. Those that share keys are rows of one product."""
    batch, heads, length, size = q.shape
    groups, keys = k.shape[1], k.shape[2]
    rows = heads // groups * length
    scores = q.reshape(batch, groups, rows, size) @ k.swapaxes(-1, -2)
    computed: Any = scores
    # In place: MLX goes on with what is written here.
    weights = np.asarray(computed).reshape(batch, heads, length, keys)
    _hide(weights, mask)
    weights -= weights.max(axis=-1, keepdims=True)
    np.exp(weights, out=weights)
    totals = mx.array(weights.sum(axis=-1, keepdims=True))
    return (scores @ v).reshape(batch, heads, length, v.shape[-1]) / totals


def _hide(weights: np.ndarray, mask: Mask) -> None:
    """Lower the scores that a mask hides. Not to -inf: a row of padding may see no key at all."""
    if mask is None:
        return
    if isinstance(mask, str):
        length, keys = weights.shape[-2:]
        later = np.triu(np.full((length, length), LEAST, np.float32), 1)
        weights[..., keys - length :] += later
        return
    given: Any = mask
    shown = np.asarray(given)
    if shown.dtype == np.bool_:
        np.copyto(weights, LEAST, where=~shown)
    else:
        weights += shown
