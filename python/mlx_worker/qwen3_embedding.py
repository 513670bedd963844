"""Qwen3-Embedding: mlx_lm's Qwen3 without its head; a text's vector is the state of its last token.

https://arxiv.org/abs/2506.05176
"""

from typing import Any

import mlx.core as mx
import mlx.nn as nn

from .directory import ModelDirectory
from .imports import import_mlx_lm

# Attention needs memory for this many rows of scores at a time; longer texts go through a cache.
CHUNK_TOKENS = 1024
END_TOKEN = "<|endoftext|>"


class Qwen3Embedding(nn.Module):
    """Called with `tokens` [batch, length], padded on the right, and `lengths` [batch]: [batch, hidden].

    Padding comes after all that a causal model looks at, so it changes nothing.
    """

    def __init__(self, arguments: Any) -> None:
        super().__init__()
        from mlx_lm.models.qwen3 import Qwen3Model

        self.model = Qwen3Model(arguments)

    def __call__(self, tokens: mx.array, lengths: mx.array) -> mx.array:
        batch, longest = tokens.shape
        if longest <= CHUNK_TOKENS:
            return self.model(tokens)[mx.arange(batch), lengths - 1]
        return self._by_chunks(tokens, lengths)

    def _by_chunks(self, tokens: mx.array, lengths: mx.array) -> mx.array:
        from mlx_lm.models.cache import KVCache

        cache = [KVCache() for _ in self.model.layers]
        found: Any = None
        for start in range(0, tokens.shape[1], CHUNK_TOKENS):
            states = self.model(tokens[:, start : start + CHUNK_TOKENS], cache=cache)
            last = mx.clip(lengths - 1 - start, 0, states.shape[1] - 1)
            ends = states[mx.arange(tokens.shape[0]), last]
            # A text that ended in an earlier chunk keeps what it had there.
            found = ends if found is None else mx.where((lengths > start)[:, None], ends, found)
            mx.eval(found, *(layer.state for layer in cache))
        return found

    def sanitize(self, weights: dict[str, mx.array]) -> dict[str, mx.array]:
        """Names with and without the prefix, as published and as converted; no head."""
        return {
            name if name.startswith("model.") else f"model.{name}": array
            for name, array in weights.items()
            if not name.startswith("lm_head.")
        }


def load_qwen3_embedding(directory: ModelDirectory) -> Qwen3Embedding:
    """The model with its weights as stored, quantized or not, not evaluated yet."""
    import_mlx_lm()
    from mlx_lm.models.qwen3 import ModelArgs
    from mlx_lm.utils import load_model

    def classes(config: dict[str, Any]) -> tuple[type[Qwen3Embedding], type[ModelArgs]]:
        return Qwen3Embedding, ModelArgs

    model: Any = load_model(directory.path, lazy=True, get_model_classes=classes)[0]
    return model
