"""A Qwen3-Embedding directory made by script, as published: seeded weights, no MLX needed to write it."""

import json
from pathlib import Path
from typing import Any

import numpy as np
from safetensors.numpy import save_file
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors, trainers

from .embedding_texts import TEXTS

HIDDEN, LAYERS, HEADS, KV_HEADS, HEAD_DIM, INTERMEDIATE = 64, 2, 4, 2, 16, 96
# Less than the longest text takes, more than goes through the model at once.
MAX_TOKENS = 1500
PROMPTS = {"query": "Instruct: Find the code that does this\nQuery:", "document": ""}
SENTENCE_TRANSFORMERS: dict[str, Any] = {
    "modules.json": [
        {"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.Transformer"},
        {"idx": 1, "name": "1", "path": "1_Pooling", "type": "sentence_transformers.models.Pooling"},
        {"idx": 2, "name": "2", "path": "2_Normalize", "type": "sentence_transformers.models.Normalize"},
    ],
    "1_Pooling/config.json": {
        "word_embedding_dimension": HIDDEN,
        "pooling_mode_cls_token": False,
        "pooling_mode_mean_tokens": False,
        "pooling_mode_lasttoken": True,
        "include_prompt": True,
    },
    "config_sentence_transformers.json": {"prompts": PROMPTS, "default_prompt_name": None},
    "sentence_bert_config.json": {"max_seq_length": MAX_TOKENS, "do_lower_case": False},
}


def make_qwen3_embedder(path: Path) -> Path:
    """Write the directory; the same bytes of weights everywhere."""
    tokenizer = _tokenizer()
    config = {
        "model_type": "qwen3",
        "architectures": ["Qwen3ForCausalLM"],
        "hidden_size": HIDDEN,
        "num_hidden_layers": LAYERS,
        "num_attention_heads": HEADS,
        "num_key_value_heads": KV_HEADS,
        "head_dim": HEAD_DIM,
        "intermediate_size": INTERMEDIATE,
        "max_position_embeddings": 4096,
        "rms_norm_eps": 1e-6,
        "rope_theta": 1000000,
        "hidden_act": "silu",
        "attention_bias": False,
        "tie_word_embeddings": True,
        "vocab_size": tokenizer.get_vocab_size(),
        "eos_token_id": 0,
        "torch_dtype": "float32",
    }
    (path / "1_Pooling").mkdir(parents=True, exist_ok=True)
    for name, content in {"config.json": config, **SENTENCE_TRANSFORMERS}.items():
        (path / name).write_text(json.dumps(content))
    tokenizer.save(str(path / "tokenizer.json"))
    settings = {"tokenizer_class": "PreTrainedTokenizerFast", "pad_token": "<|endoftext|>"}
    (path / "tokenizer_config.json").write_text(json.dumps(settings))
    save_file(_weights(tokenizer.get_vocab_size()), path / "model.safetensors", {"format": "pt"})
    return path


def _weights(vocabulary: int) -> dict[str, np.ndarray]:
    random = np.random.default_rng(4)

    def matrix(rows: int, columns: int) -> np.ndarray:
        # Larger than at the start of a training, so that texts differ and attention is sharp.
        return (random.standard_normal((rows, columns)) * 2 / np.sqrt(columns)).astype(np.float32)

    def scale(size: int) -> np.ndarray:
        return (1 + 0.2 * random.standard_normal(size)).astype(np.float32)

    weights = {"embed_tokens.weight": matrix(vocabulary, HIDDEN), "norm.weight": scale(HIDDEN)}
    for index in range(LAYERS):
        layer = f"layers.{index}"
        weights |= {
            f"{layer}.input_layernorm.weight": scale(HIDDEN),
            f"{layer}.post_attention_layernorm.weight": scale(HIDDEN),
            f"{layer}.self_attn.q_proj.weight": matrix(HEADS * HEAD_DIM, HIDDEN),
            f"{layer}.self_attn.k_proj.weight": matrix(KV_HEADS * HEAD_DIM, HIDDEN),
            f"{layer}.self_attn.v_proj.weight": matrix(KV_HEADS * HEAD_DIM, HIDDEN),
            f"{layer}.self_attn.o_proj.weight": matrix(HIDDEN, HEADS * HEAD_DIM),
            f"{layer}.self_attn.q_norm.weight": scale(HEAD_DIM),
            f"{layer}.self_attn.k_norm.weight": scale(HEAD_DIM),
            f"{layer}.mlp.gate_proj.weight": matrix(INTERMEDIATE, HIDDEN),
            f"{layer}.mlp.up_proj.weight": matrix(INTERMEDIATE, HIDDEN),
            f"{layer}.mlp.down_proj.weight": matrix(HIDDEN, INTERMEDIATE),
        }
    return weights


def _tokenizer() -> Tokenizer:
    """A byte-level BPE that closes every text with its end token, as Qwen3-Embedding's does."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=320,
        special_tokens=["<|endoftext|>"],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(TEXTS[:-1], trainer)
    tokenizer.post_processor = processors.TemplateProcessing(
        single="$A <|endoftext|>", special_tokens=[("<|endoftext|>", 0)]
    )
    return tokenizer
