"""What a directory's sentence-transformers files say about embedding: pooling, prompts, the end token.

https://sbert.net/docs/sentence_transformer/usage/custom_models.html
"""

from dataclasses import dataclass, field
from typing import Any, Literal

from .directory import PLAIN_NAME, ModelDirectory, read_json, read_json_value
from .errors import EngineError
from .protocol import EmbedKind

Pooling = Literal["mean", "cls", "last"]

MODULES, PROMPTS = "modules.json", "config_sentence_transformers.json"
# Names of sentence-transformers 5 and older, and of 6.
POOLING_MODES: dict[str, Pooling] = {
    "pooling_mode_mean_tokens": "mean",
    "pooling_mode_cls_token": "cls",
    "pooling_mode_lasttoken": "last",
    "mean": "mean",
    "cls": "cls",
    "lasttoken": "last",
}
PROMPT_NAMES: dict[str, EmbedKind] = {"query": "query", "document": "document", "passage": "document"}
# As the model cards say: https://huggingface.co/Qwen/Qwen3-Embedding-0.6B
QWEN3_PROMPTS: dict[EmbedKind, str] = {
    "query": "Instruct: Given a web search query, retrieve relevant passages that answer the query\nQuery:"
}


@dataclass(frozen=True)
class EmbeddingSettings:
    """How states become one vector, and what is written before a text of each kind."""

    pooling: Pooling
    prompts: dict[EmbedKind, str] = field(default_factory=dict)


def is_embedder(directory: ModelDirectory) -> bool:
    """Whether the directory was published to embed texts; converted ones often lost the files that say so."""
    return directory.architecture == "bert" or any(
        (directory.path / name).is_file() for name in (MODULES, PROMPTS)
    )


def read_settings(directory: ModelDirectory) -> EmbeddingSettings:
    """Raises EngineError `model_invalid` for damaged files, `model_unsupported` for a step we do not have."""
    qwen3 = directory.architecture == "qwen3"
    pooling: Pooling = "last" if qwen3 else "mean"
    prompts = dict(QWEN3_PROMPTS) if qwen3 else {}
    if (directory.path / MODULES).is_file():
        pooling = _read_pooling(directory, pooling)
    if (directory.path / PROMPTS).is_file():
        found = read_json(directory.path / PROMPTS).get("prompts")
        for name, kind in PROMPT_NAMES.items():
            if isinstance(found, dict) and isinstance(found.get(name), str):
                prompts[kind] = found[name]
    return EmbeddingSettings(pooling, prompts)


def _read_pooling(directory: ModelDirectory, default: Pooling) -> Pooling:
    for module in _modules(directory):
        kind = str(module.get("type", "")).rpartition(".")[2]
        if kind == "Pooling":
            folder = module.get("path")
            if not isinstance(folder, str) or not PLAIN_NAME.fullmatch(folder):
                raise EngineError("model_invalid", f"{MODULES} names an impossible folder.")
            return _pooling_mode(read_json(directory.path / folder / "config.json"))
        if kind not in ("Transformer", "Normalize"):
            raise EngineError(
                "model_unsupported", f"Its vectors take a step that this engine does not have ({kind})."
            )
    return default


def _modules(directory: ModelDirectory) -> list[dict[str, Any]]:
    content = read_json_value(directory.path / MODULES)
    if not isinstance(content, list) or not all(isinstance(module, dict) for module in content):
        raise EngineError("model_invalid", f"{MODULES} is not a list of modules.")
    return content


def _pooling_mode(config: dict[str, Any]) -> Pooling:
    mode = config.get("pooling_mode")
    chosen = (
        [mode]
        if isinstance(mode, str)
        else [key for key, value in config.items() if value is True and key.startswith("pooling_mode_")]
    )
    if len(chosen) != 1 or chosen[0] not in POOLING_MODES:
        raise EngineError(
            "model_unsupported", f"This engine cannot pool by {', '.join(chosen) or 'nothing'}."
        )
    return POOLING_MODES[chosen[0]]
