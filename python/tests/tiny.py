"""Model directories made by script: no download, random weights, real architectures."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import mlx.core as mx
from mlx.utils import tree_flatten, tree_map
from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers, trainers

CHATML = (
    "{% for message in messages %}<|im_start|>{{ message['role'] }}\n{{ message['content'] }}<|im_end|>\n"
    "{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
SPECIAL = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
CORPUS = [
    "The engine answers questions about code and prints a list of numbers.",
    "def add(a, b):\n    return a + b\n",
    "Grüße aus Köln, 你好世界, emoji 🙂🙃 and naïve café.",
    "user assistant system tool <think> </think> one two three four five six seven",
] * 20

QWEN2: dict[str, Any] = {
    "model_type": "qwen2",
    "architectures": ["Qwen2ForCausalLM"],
    "hidden_size": 64,
    "intermediate_size": 128,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "num_key_value_heads": 1,
    "rms_norm_eps": 1e-6,
    "max_position_embeddings": 4096,
    "rope_theta": 10000.0,
    "tie_word_embeddings": True,
}
# A sliding window: its rotating cache cannot be trimmed once it is full.
GEMMA3: dict[str, Any] = {
    "model_type": "gemma3_text",
    "architectures": ["Gemma3ForCausalLM"],
    "hidden_size": 64,
    "intermediate_size": 128,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "num_key_value_heads": 1,
    "head_dim": 32,
    "rms_norm_eps": 1e-6,
    "max_position_embeddings": 2048,
    "sliding_window": 32,
    "sliding_window_pattern": 2,
    "query_pre_attn_scalar": 32,
    "rope_theta": 10000.0,
}
# State-space: a fixed state instead of keys and values.
MAMBA: dict[str, Any] = {
    "model_type": "mamba",
    "architectures": ["MambaForCausalLM"],
    "hidden_size": 64,
    "intermediate_size": 128,
    "state_size": 8,
    "num_hidden_layers": 2,
    "conv_kernel": 4,
    "use_bias": False,
    "use_conv_bias": True,
    "time_step_rank": 4,
    "tie_word_embeddings": True,
    "max_position_embeddings": 2048,
}


def make_model(
    path: Path,
    config: dict[str, Any] = QWEN2,
    *,
    dtype: mx.Dtype = mx.float32,
    quantize: int | None = None,
    template: str | None = CHATML,
    markers: Sequence[str] = (),
    seed: int = 0,
    scale: float = 4.0,
) -> Path:
    """Write a directory that mlx_lm and this engine load.

    `scale` multiplies the random matrices, so that greedy text is varied instead of one repeated token.
    """
    from mlx_worker.imports import import_mlx_lm

    import_mlx_lm()
    from mlx_lm.utils import _get_classes, quantize_model

    path.mkdir(parents=True, exist_ok=True)
    tokenizer = make_tokenizer(path, template, markers)
    config = {**config, "vocab_size": tokenizer.get_vocab_size(), "eos_token_id": 2}
    mx.random.seed(seed)
    kind, arguments = _get_classes(config)
    model = kind(arguments.from_dict(config))
    grown = tree_map(lambda array: array * scale if array.ndim == 2 else array, model.parameters())
    model.update(tree_map(lambda array: array.astype(dtype), grown))
    if quantize:
        model, config = quantize_model(model, config, 32, quantize)
    weights = dict(tree_flatten(model.parameters()))
    mx.save_safetensors(str(path / "model.safetensors"), weights, {"format": "mlx"})
    (path / "config.json").write_text(json.dumps(config))
    (path / "generation_config.json").write_text(json.dumps({"eos_token_id": [2, 0]}))
    return path


def make_tokenizer(path: Path, template: str | None = CHATML, markers: Sequence[str] = ()) -> Tokenizer:
    """A byte-level BPE with ChatML's control tokens, written as Hugging Face expects it.

    `markers` are tokens of their own, though no special ones, as Qwen's `<think>` and `<tool_call>`.
    """
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=384,
        special_tokens=SPECIAL,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(CORPUS, trainer)
    tokenizer.add_tokens([AddedToken(marker, special=False, normalized=False) for marker in markers])
    tokenizer.save(str(path / "tokenizer.json"))
    settings = {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "eos_token": "<|im_end|>",
        "pad_token": "<|endoftext|>",
    }
    if template is not None:
        settings["chat_template"] = template
    (path / "tokenizer_config.json").write_text(json.dumps(settings))
    return tokenizer
