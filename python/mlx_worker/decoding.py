"""Rows of one model decoding together, one token each a step: mlx_lm's GenerationBatch, adapted.

With adapter.py the only modules that touch mlx_lm's batch API, which changes with every release.
"""

from collections.abc import Callable
from typing import Any

import mlx.core as mx

from .imports import import_mlx_lm

import_mlx_lm()

from mlx_lm.generate import GenerationBatch  # noqa: E402


class Decoding(GenerationBatch):
    """A GenerationBatch that keeps a lone row in its own plain cache.

    Batch caches carry offsets, padding and a mask for every layer; one row needs none of them, and on
    a small model they are a good part of a step.
    """

    # Groups of one kind may become one.
    kind: str | None = "plain"
    merged = False

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
        if self._next_tokens is not None:
            mx.async_eval(self._next_tokens)

    def extract_cache(self, idx: int) -> list[Any]:
        return super().extract_cache(idx) if self.merged else list(self.prompt_cache)


class Float32Logits:
    """The model, answering in float32: sampling in half precision makes ties of different logits."""

    def __init__(self, model: Callable[..., mx.array]) -> None:
        self._model = model

    def __call__(self, tokens: mx.array, cache: list[Any]) -> mx.array:
        return self._model(tokens, cache=cache).astype(mx.float32)
