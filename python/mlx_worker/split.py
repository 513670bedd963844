"""Dividing one model among ranks, by mlx_lm's own means."""

from typing import Any, Literal

import mlx.core as mx

from .errors import EngineError

HEADS = ("num_attention_heads", "num_key_value_heads")


def split_model(
    model: Any, config: dict[str, Any], group: mx.distributed.Group
) -> Literal["tensors", "layers"]:
    """Leave `group.rank()`'s share of a lazily loaded model: a part of every layer, else some of the layers.

    Raises EngineError `model_unsupported` when mlx_lm can do neither with this model and so many ranks.
    """
    size = group.size()
    kind = config.get("model_type", "this model")
    if hasattr(model, "shard") and _heads_divide(config, size):
        try:
            model.shard(group)
        except ValueError as error:
            raise EngineError(
                "model_unsupported", f"{kind} cannot be split over {size} ranks: {error}"
            ) from error
        return "tensors"
    inner = getattr(model, "model", None)
    if hasattr(inner, "pipeline") and len(inner.layers) >= size:
        inner.pipeline(group)
        return "layers"
    raise EngineError(
        "model_unsupported",
        f"{kind} cannot be split over {size} ranks: mlx_lm splits no such model, or not by {size}.",
    )


def _heads_divide(config: dict[str, Any], size: int) -> bool:
    """Whether every rank gets whole heads; mlx_lm does not look, and halves of a head compute nonsense."""
    inner = config.get("text_config", config)
    return all(int(inner.get(name) or 0) % size == 0 for name in HEADS)
