"""What the prefix cache asks of mlx_lm's layer caches: whether they can be cut, copies, cuts, sizes."""

import copy
from collections.abc import Callable, Sequence
from typing import Any

import mlx.core as mx
from mlx.utils import tree_flatten, tree_map

from .imports import import_mlx_lm

import_mlx_lm()

from mlx_lm.models.cache import (  # noqa: E402
    ArraysCache,
    CacheList,
    ChunkedKVCache,
    ConcatenateKVCache,
    KVCache,
    QuantizedKVCache,
    RotatingKVCache,
    make_prompt_cache,
    trim_prompt_cache,
)

PLAIN = (KVCache, ConcatenateKVCache, QuantizedKVCache)

Layers = Sequence[Any]


def make_layers(model: Any) -> list[Any]:
    """An empty cache of this model."""
    return make_prompt_cache(model)


def is_plain(layers: Layers) -> bool:
    """Whether any beginning can be cut out of such a cache, however long it grows."""
    return all(_is_plain(layer) for layer in layers)


def can_cut(layers: Layers) -> bool:
    """Whether any beginning can be cut out of this cache: plain ones, and windows that are not full yet."""
    return all(_can_cut(layer) for layer in layers)


def can_take_back(layers: Layers, tokens: int) -> bool:
    """Whether so many tokens can be fed and then cut off again: a window must not be full by then."""
    return all(_can_take_back(layer, tokens) for layer in layers)


def copy_layers(layers: Layers, surplus: int = 0) -> list[Any]:
    """A copy without the last `surplus` tokens. Arrays are shared until one side writes."""
    copied = copy.deepcopy(list(layers))
    cut_layers(copied, surplus)
    # Without room behind the end, or its first write would copy the whole of a longer original.
    for layer in copied:
        _compact(layer)
    return copied


def cut_layers(layers: list[Any], surplus: int) -> None:
    """Drop the last `surplus` tokens in place."""
    if surplus:
        trim_prompt_cache(layers, surplus)


def own_layers(layers: Layers) -> None:
    """Give layers buffers of their own: a slice of a batch, or of a longer cache, keeps all of it alive."""
    for layer in layers:
        # Multiplying is the copy that MLX does not see through.
        _map_arrays(layer, lambda array: array * 1)
    evaluate(layers)


def evaluate(layers: Layers) -> None:
    mx.eval([layer.state for layer in layers])


def layers_bytes(layers: Layers) -> int:
    return sum(layer.nbytes for layer in layers)


def token_sizes(layers: Layers) -> list[tuple[int, int | None]]:
    """Of each layer that grows: bytes a token of one row takes, and the tokens at which it stops growing."""
    sizes: list[tuple[int, int | None]] = []
    for layer in layers:
        if isinstance(layer, CacheList):
            sizes += token_sizes(layer.caches)
        elif getattr(layer, "keys", None) is not None:
            # Pairs of a name and an array; three arrays each where the cache is quantized.
            pairs: Any = tree_flatten((layer.keys, layer.values))
            arrays: list[mx.array] = [array for _, array in pairs]
            size = sum(array.nbytes // (array.shape[0] * array.shape[2]) for array in arrays)
            sizes.append((size, getattr(layer, "max_size", None)))
    return sizes


def useful_bytes(layers: Layers, lengths: Sequence[int]) -> int:
    """What rows of these lengths need of such layers, without padding and room to grow."""
    growing = sum(
        size * (length if most is None else min(length, most))
        for size, most in token_sizes(layers)
        for length in lengths
    )
    return growing + sum(_fixed_bytes(layer) for layer in layers)


def grow_by(layers: Layers, tokens: int) -> None:
    """Have these layers make room for so many tokens at a time; mlx_lm's 256 are a lot for short rows."""
    for layer in layers:
        if isinstance(layer, CacheList):
            grow_by(layer.caches, tokens)
        elif hasattr(layer, "step"):
            layer.step = tokens


def can_pad(layers: Layers) -> bool:
    """Whether prompts with such empty layers can be fed together, the shorter ones padded."""
    return all(type(layer) is KVCache for layer in layers)


def can_merge(layers: Layers) -> bool:
    """Whether rows with such layers can decode together."""
    return all(hasattr(layer, "merge") for layer in layers)


def layer_kinds(layers: Layers) -> list[str]:
    """The type of each layer, parts of combined ones included."""
    return [_kind(layer) for layer in layers]


def _kind(layer: Any) -> str:
    name = type(layer).__name__
    if isinstance(layer, CacheList):
        return f"{name}({','.join(map(_kind, layer.caches))})"
    return f"{name}:{layer.max_size}" if isinstance(layer, RotatingKVCache) else name


def _fixed_bytes(layer: Any) -> int:
    if isinstance(layer, CacheList):
        return sum(map(_fixed_bytes, layer.caches))
    return 0 if getattr(layer, "keys", None) is not None else layer.nbytes


def _is_plain(layer: Any) -> bool:
    if isinstance(layer, CacheList):
        return is_plain(layer.caches)
    return isinstance(layer, PLAIN)


def _can_cut(layer: Any) -> bool:
    if isinstance(layer, CacheList):
        return can_cut(layer.caches)
    if isinstance(layer, RotatingKVCache):
        return layer.offset < layer.max_size
    if isinstance(layer, ChunkedKVCache):
        return layer.start_position == 0
    return isinstance(layer, PLAIN)


def _can_take_back(layer: Any, tokens: int) -> bool:
    if isinstance(layer, CacheList):
        return can_take_back(layer.caches, tokens)
    if isinstance(layer, RotatingKVCache):
        return layer.offset + tokens < layer.max_size
    return isinstance(layer, PLAIN)


def _compact(layer: Any) -> None:
    if isinstance(layer, CacheList):
        for part in layer.caches:
            _compact(part)
    elif isinstance(layer, PLAIN) and layer.keys is not None:
        end = layer.offset
        layer.keys, layer.values = tree_map(lambda array: array[..., :end, :], (layer.keys, layer.values))


def _map_arrays(layer: Any, function: Callable[[mx.array], mx.array]) -> None:
    if isinstance(layer, CacheList):
        for part in layer.caches:
            _map_arrays(part, function)
    elif isinstance(layer, ArraysCache):
        layer.cache = [array if array is None else function(array) for array in layer.cache]
    elif getattr(layer, "keys", None) is not None:
        layer.keys, layer.values = tree_map(function, (layer.keys, layer.values))
