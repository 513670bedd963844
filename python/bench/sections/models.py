"""Models made for timing: random weights, whose greedy text is plain ASCII and never ends by itself."""

import json
from pathlib import Path
from random import Random
from typing import Any

import mlx.core as mx
from tokenizers import Tokenizer

from tests.tiny import QWEN2, make_model

GUIDE = Path(__file__).resolve().parents[2] / "guide" / "models" / "guide"
LONG_CONTEXT = {"max_position_embeddings": 32768}
# A decode step of about 10 ms on one core of the machine of docs/benchmarks.md.
TEN_MILLISECONDS: dict[str, Any] = {
    **QWEN2,
    **LONG_CONTEXT,
    "hidden_size": 512,
    "intermediate_size": 2048,
    "num_hidden_layers": 10,
    "num_attention_heads": 8,
    "num_key_value_heads": 4,
}
WORDS = ("one", "two", "three", "four", "five", "six", "seven", "code", "list", "numbers", "user", "tool")


def make_endless(path: Path, config: dict[str, Any], *, dtype: mx.Dtype = mx.float32) -> Path:
    """A model directory whose end tokens and whose tokens outside ASCII are never the likeliest.

    So every way of serving it writes as many tokens as were asked for, and sends each with text of its own.
    """
    make_model(path, config, dtype=dtype)
    tokenizer = Tokenizer.from_file(str(path / "tokenizer.json"))
    size = tokenizer.get_vocab_size()
    silent = [token for token in range(size) if not _is_plain(tokenizer.decode([token]))]
    file = str(path / "model.safetensors")
    weights: Any = mx.load(file)
    name = next(name for name in weights if name.endswith(("embed_tokens.weight", "embeddings.weight")))
    # Tied to the output: a row of zeros is a logit of zero, below the largest of the others.
    weights[name][mx.array(silent)] = 0
    mx.eval(weights)
    mx.save_safetensors(file, weights, {"format": "mlx"})
    return path


def _is_plain(text: str) -> bool:
    return text.isascii() and text.isprintable() and text != ""


def prompt_of(tokens: int, seed: int, tokenizer: Tokenizer) -> str:
    """A text of about so many tokens that begins like no other."""
    random = Random(seed)
    words = [random.choice(WORDS) for _ in range(8)]
    each = len(tokenizer.encode(" ".join(words)).ids) / len(words)
    return " ".join(random.choice(WORDS) for _ in range(max(1, int(tokens / each))))


def tokenizer_of(path: Path) -> Tokenizer:
    return Tokenizer.from_file(str(path / "tokenizer.json"))


def bytes_per_token(config: dict[str, Any]) -> int:
    """Bytes of keys and values that one token takes in float32."""
    head = config["hidden_size"] // config["num_attention_heads"]
    return 2 * 4 * head * config["num_key_value_heads"] * config["num_hidden_layers"]


def describe(path: Path) -> str:
    config = json.loads((path / "config.json").read_text())
    return f"{config['model_type']}, {config['num_hidden_layers']} layers of {config['hidden_size']}"
