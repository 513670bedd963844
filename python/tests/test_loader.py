"""Weights as they end up in memory, and caches of every kind."""

from pathlib import Path
from typing import Any

import mlx.core as mx
import pytest

from mlx_worker.errors import EngineError
from mlx_worker.loader import LoadedModel, load_model
from mlx_worker.prompts import Chat
from mlx_worker.protocol import CountTokens, Load, WireMessage
from mlx_worker.tokens import Tokens

from .tiny import GEMMA3, MAMBA, QWEN2, make_model


def load(path: Path, **options: Any) -> LoadedModel:
    return load_model(Load("1", str(path), **options), lambda done, stage: None)


def logits(loaded: LoadedModel) -> mx.array:
    return loaded.model(mx.array([[3, 7, 11, 200]])).astype(mx.float32)


@pytest.mark.parametrize(
    "kind", [{"dtype": mx.bfloat16}, {"dtype": mx.float16}, {"quantize": 4}, {"quantize": 8}], ids=str
)
def test_half_and_quantized_weights_widen_on_a_cpu(tmp_path: Path, kind: dict[str, Any]) -> None:
    path = make_model(tmp_path / "model", scale=1.0, **kind)
    narrow, wide = load(path, widen="never"), load(path)
    assert not narrow.receipt.widened
    assert wide.receipt.widened
    assert wide.receipt.dtype == "float32"
    assert wide.receipt.weights_bytes > narrow.receipt.weights_bytes
    assert wide.receipt.parameters == narrow.receipt.parameters
    expected = logits(wide)
    assert mx.all(mx.abs(expected - logits(narrow)) <= 0.02 * mx.abs(expected).max()).item()


def test_weights_stay_as_stored_when_widening_does_not_fit(tmp_path: Path) -> None:
    path = make_model(tmp_path / "model", dtype=mx.bfloat16)
    stored = load(path, widen="never").receipt.weights_bytes
    receipt = load(path, memory_limit_bytes=256 * 2**20 + int(stored * 1.5)).receipt
    assert not receipt.widened
    assert receipt.dtype == "bfloat16"


def test_model_that_does_not_fit_is_refused_before_a_weight_is_read(qwen: Path) -> None:
    before = mx.get_active_memory()
    with pytest.raises(EngineError) as caught:
        load(qwen, memory_limit_bytes=2**20)
    assert caught.value.code == "insufficient_memory"
    assert mx.get_active_memory() == before


@pytest.mark.parametrize(
    ("config", "trimmable"),
    [(QWEN2, True), (GEMMA3, False), (MAMBA, False)],
    ids=["plain", "sliding window", "state space"],
)
def test_receipt_describes_every_kind_of_cache(
    tmp_path: Path, config: dict[str, Any], trimmable: bool
) -> None:
    receipt = load(make_model(tmp_path / "model", config)).receipt
    assert receipt.architecture == config["model_type"]
    assert receipt.trimmable == trimmable
    assert (receipt.kv_bytes_per_token > 0) == (config is not MAMBA)
    if config is QWEN2:
        # Keys and values, 2 layers, 1 head of 32, float32.
        assert receipt.kv_bytes_per_token == 2 * 2 * 32 * 4


def test_progress_rises_to_the_end(qwen: Path) -> None:
    seen: list[float] = []
    load_model(Load("1", str(qwen)), lambda done, stage: seen.append(done))
    assert seen == sorted(seen)
    assert seen[0] == 0
    assert seen[-1] >= 0.9


def test_exact_counts_of_a_long_conversation_add_up(qwen: Path) -> None:
    tokens = Tokens(load(qwen))
    chat = [WireMessage("user" if n % 2 == 0 else "assistant", f"Message {n}, grüße 🙂") for n in range(9)]
    for end in range(1, len(chat) + 1):
        counted = tokens.count(CountTokens("1", chat[:end], "draft"))
        assert counted.tokens == len(tokens.prompt(Chat(chat[:end])))
        assert sum(counted.per_message) == counted.tokens
    # Equal messages have equal shares, but for the last, which carries the generation prompt too.
    assert counted.per_message[:-1] == counted.per_message[:2] * 4
    assert tokens.count(CountTokens("1", chat, "another")).per_message == counted.per_message
