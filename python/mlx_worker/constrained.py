"""Rows that may say only what matches, in a group of their own."""

from typing import Any

import mlx.core as mx
import numpy as np

from .constraints import RowConstraint
from .decoding import Decoding, Response


class Constrained(Decoding):
    """A group whose next tokens depend on the ids of the ones before them.

    So each step waits for those ids, which other groups need not; what may follow is worked out on the CPU
    while the model computes its logits.
    """

    kind = "constrained"

    def choose(self, logits: mx.array, fed: mx.array) -> mx.array:
        mx.async_eval(logits)
        tokens: Any = fed.tolist()
        masks = []
        for constraint, held, token in zip(self._constraints(), self.tokens, tokens, strict=True):
            constraint.consume(token, len(held))
            masks.append(np.frombuffer(constraint.allowed(), dtype=np.uint8))
        allowed = mx.array(np.stack(masks)) > 0
        return super().choose(mx.where(allowed, logits, -float("inf")), fed)

    def next(self) -> list[Response]:
        constraints = self._constraints()
        responses = super().next()
        for response, constraint in zip(responses, constraints, strict=True):
            if constraint.failure is not None and response.finish_reason is None:
                response.broken = True
                response.failed = ValueError(f"The constraint cannot be followed: {constraint.failure}")
        return responses

    def _constraints(self) -> list[RowConstraint]:
        return [row.constraint for row in self.sampling if row.constraint is not None]
