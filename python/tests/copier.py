"""A model of any size that says a fixed text: after each id comes its successor, whatever stood before."""

import json
from pathlib import Path
from random import Random
from typing import Any

import mlx.core as mx

from .tiny import QWEN2, SPECIAL, make_model


def make_copier(path: Path, config: dict[str, Any] = QWEN2, *, seed: int = 0) -> list[int]:
    """Write the directory and return the text it says, a cycle of all its ordinary ids.

    Its layers compute as those of any other model, but add nothing; its output layer holds the
    embedding of each id in the row of its successor.
    """
    make_model(path, {**config, "tie_word_embeddings": False}, seed=seed)
    weights: Any = mx.load(str(path / "model.safetensors"))
    for name in weights:
        if name.endswith(("o_proj.weight", "down_proj.weight")):
            weights[name] = mx.zeros_like(weights[name])
    embeddings = weights["model.embed_tokens.weight"]
    text = list(range(len(SPECIAL), embeddings.shape[0]))
    Random(seed).shuffle(text)
    successors = list(range(embeddings.shape[0]))
    for before, after in zip(text, text[1:] + text[:1], strict=True):
        successors[after] = before
    weights["lm_head.weight"] = embeddings[mx.array(successors)]
    mx.save_safetensors(str(path / "model.safetensors"), weights, {"format": "mlx"})
    assert json.loads((path / "config.json").read_text())["tie_word_embeddings"] is False
    return text
