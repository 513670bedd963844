"""Judging a model directory from its JSON and safetensors headers, before mlx_lm sees it.

Nothing here imports mlx or mlx_lm, and no file is executed or unpickled.
"""

import hashlib
import importlib.util
import json
import math
import re
import struct
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .errors import EngineError

MAX_JSON_BYTES = 256 * 1024 * 1024
# The format's own limit on a header: https://github.com/huggingface/safetensors
MAX_HEADER_BYTES = 100_000_000
SAMPLE_BYTES = 64 * 1024
EXECUTABLE = {
    ".py",
    ".pyc",
    ".so",
    ".dylib",
    ".pkl",
    ".pickle",
    ".pt",
    ".pth",
    ".ckpt",
    ".bin",
    ".npy",
    ".npz",
}
PLAIN_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.\-]*")
MODULE_NAME = re.compile(r"[A-Za-z0-9_\-]+")
DTYPE_BITS = {
    "BOOL": 8,
    "U8": 8,
    "I8": 8,
    "F8_E4M3": 8,
    "F8_E5M2": 8,
    "F8_E8M0": 8,
    "U16": 16,
    "I16": 16,
    "F16": 16,
    "BF16": 16,
    "U32": 32,
    "I32": 32,
    "F32": 32,
    "U64": 64,
    "I64": 64,
    "F64": 64,
}
FLOATS = {"F16", "BF16", "F32"}
CONTEXT_KEYS = (
    "max_position_embeddings",
    "n_positions",
    "max_seq_len",
    "max_sequence_length",
    "seq_length",
    "model_max_length",
)
DEFAULT_CONTEXT = 4096
# 4-bit values becoming float32.
PACKED_GROWTH = 8


@dataclass
class Tensor:
    dtype: str
    shape: tuple[int, ...]
    bytes: int


@dataclass
class ModelDirectory:
    """A directory that passed the check. Bytes as stored on disk."""

    path: Path
    config: dict[str, Any]
    architecture: str
    context_window: int
    weight_files: list[Path]
    tensors: dict[str, Tensor] = field(repr=False)
    model_hash: str

    @property
    def weights_bytes(self) -> int:
        return sum(tensor.bytes for tensor in self.tensors.values())

    @property
    def quantization(self) -> dict[str, Any] | None:
        found = self.config.get("quantization")
        return found if isinstance(found, dict) else None

    def float32_bytes(self) -> int:
        """Bytes of the weights once half and quantized tensors are float32, at most.

        A quantized tensor holds 32 / bits values in each packed word; its scales and biases vanish.
        Formats that only mlx_lm's loader understands are taken for 4-bit.
        """
        total = 0
        for name, tensor in self.tensors.items():
            stem, _, kind = name.rpartition(".")
            packed = f"{stem}.scales" in self.tensors
            if packed and kind in ("scales", "biases"):
                continue
            if packed and kind == "weight" and tensor.dtype == "U32":
                total += tensor.bytes * 32 // self._bits(stem)
            elif tensor.dtype in FLOATS:
                total += math.prod(tensor.shape) * 4
            else:
                total += tensor.bytes * PACKED_GROWTH
        return total

    def _bits(self, module: str) -> int:
        quantization = self.quantization or {}
        own = quantization.get(module)
        bits = own.get("bits") if isinstance(own, dict) else quantization.get("bits")
        return bits if isinstance(bits, int) and bits > 0 else 4


def check_directory(name: str) -> ModelDirectory:
    """Check the directory `name` and return what its headers say.

    Raises EngineError `model_invalid` (missing, partial, corrupt, unsafe) or `model_unsupported`
    (an architecture that mlx_lm does not have).
    """
    path = Path(name)
    if not path.is_dir():
        raise _invalid("There is no such model folder.", path=name)
    _refuse_executables(path)
    config = read_json(path / "config.json")
    _refuse_custom_code(path, config)
    architecture = _architecture(config)
    files = sorted(path.glob("model*.safetensors"))
    if not files:
        raise _invalid("The folder has no model*.safetensors file.", path=name)
    tensors: dict[str, Tensor] = {}
    digest = hashlib.sha256(json.dumps(config, sort_keys=True).encode())
    for file in files:
        tensors.update(_read_header(file, digest))
    _check_index(path, tensors)
    if not tensors:
        raise _invalid("The weight files hold no tensors.", path=name)
    if not ((path / "tokenizer.json").is_file() or (path / "tokenizer.model").is_file()):
        raise _invalid("The folder has no tokenizer.json.", path=name)
    return ModelDirectory(
        path,
        config,
        architecture,
        _context_window(path, config),
        files,
        tensors,
        f"sha256:{digest.hexdigest()}",
    )


def _invalid(message: str, **details: Any) -> EngineError:
    return EngineError("model_invalid", message, **details)


def _refuse_executables(path: Path) -> None:
    for entry in path.iterdir():
        if entry.suffix.lower() in EXECUTABLE:
            raise _invalid(
                f"The folder holds {entry.name}, which can run code when it is loaded. "
                "Only safetensors and JSON are accepted; remove the file if you trust the rest.",
                file=entry.name,
            )


def read_json(file: Path) -> dict[str, Any]:
    """The object in a JSON file. Raises EngineError `model_invalid`."""
    content = read_json_value(file)
    if not isinstance(content, dict):
        raise _invalid(f"{file.name} is not a JSON object.", file=file.name)
    return content


def read_json_value(file: Path) -> Any:
    """Whatever a JSON file holds. Raises EngineError `model_invalid`."""
    try:
        if file.stat().st_size > MAX_JSON_BYTES:
            raise _invalid(f"{file.name} is too large.", file=file.name)
        return json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise _invalid(f"The folder has no {file.name}.", file=file.name) from None
    except (OSError, ValueError, RecursionError) as error:
        raise _invalid(f"{file.name} cannot be read: {error}", file=file.name) from error


def _refuse_custom_code(path: Path, config: dict[str, Any]) -> None:
    sources = {"config.json": config}
    for name in ("tokenizer_config.json", "generation_config.json", "processor_config.json"):
        if (path / name).exists():
            sources[name] = read_json(path / name)
    for name, content in sources.items():
        for key in ("model_file", "auto_map"):
            if content.get(key):
                raise _invalid(
                    f"{name} asks for custom code ({key}), which is never run.", file=name, key=key
                )
        # These two name modules inside mlx_lm; nothing else may be imported through them.
        for key in ("chat_template_type", "tool_parser_type"):
            value = content.get(key)
            if value is not None and not (isinstance(value, str) and MODULE_NAME.fullmatch(value)):
                raise _invalid(f"{name} names an impossible {key}.", file=name, key=key)


def _architecture(config: dict[str, Any]) -> str:
    model_type = config.get("model_type")
    if not isinstance(model_type, str) or not MODULE_NAME.fullmatch(model_type):
        raise _invalid("config.json names no model_type.", file="config.json")
    if model_type == "bert":
        return "bert"
    if importlib.util.find_spec(f"mlx_lm.models.{_remapped(model_type)}") is None:
        raise EngineError(
            "model_unsupported",
            f"The architecture {model_type} is not known to this engine.",
            architecture=model_type,
        )
    return model_type


def _remapped(model_type: str) -> str:
    from .imports import import_mlx_lm

    import_mlx_lm()
    from mlx_lm.utils import MODEL_REMAPPING

    return MODEL_REMAPPING.get(model_type, model_type)


def _read_header(file: Path, digest: "hashlib._Hash") -> dict[str, Tensor]:
    """The tensors of one safetensors file; feeds header, size and sampled bytes to `digest`.

    The samples are 64 KiB at the start, middle and end of the data: a full hash of a 40 GB model
    would take a minute, and a changed fine-tune differs in nearly every byte.
    """
    size = file.stat().st_size
    with file.open("rb") as handle:
        prefix = handle.read(8)
        length = struct.unpack("<Q", prefix)[0] if len(prefix) == 8 else 0
        if not 2 <= length <= min(MAX_HEADER_BYTES, size - 8):
            raise _invalid(f"{file.name} is cut short or not a safetensors file.", file=file.name)
        raw = handle.read(length)
        data_bytes = size - 8 - length
        tensors = _parse_header(file, raw, data_bytes)
        digest.update(f"{file.name}:{size}:".encode() + raw)
        for start in {0, max(0, data_bytes // 2), max(0, data_bytes - SAMPLE_BYTES)}:
            handle.seek(8 + length + start)
            digest.update(handle.read(SAMPLE_BYTES))
    return tensors


def _parse_header(file: Path, raw: bytes, data_bytes: int) -> dict[str, Tensor]:
    try:
        header = json.loads(raw)
    except (ValueError, RecursionError):
        raise _invalid(f"The header of {file.name} is not JSON.", file=file.name) from None
    if not isinstance(header, dict):
        raise _invalid(f"The header of {file.name} is not an object.", file=file.name)
    tensors: dict[str, Tensor] = {}
    spans: list[tuple[int, int]] = []
    for name, entry in header.items():
        if name == "__metadata__":
            continue
        tensor, span = _parse_tensor(file, name, entry)
        tensors[name] = tensor
        spans.append(span)
    end = 0
    for start, stop in sorted(spans):
        if start != end:
            raise _invalid(f"The tensors of {file.name} overlap or leave gaps.", file=file.name)
        end = stop
    if end != data_bytes:
        raise _invalid(
            f"{file.name} is incomplete: its header announces {end} bytes, it holds {data_bytes}.",
            file=file.name,
            announced_bytes=end,
            present_bytes=data_bytes,
        )
    return tensors


def _parse_tensor(file: Path, name: str, entry: Any) -> tuple[Tensor, tuple[int, int]]:
    damaged = _invalid(f"The header of {file.name} describes {name} wrongly.", file=file.name, tensor=name)
    if not isinstance(entry, dict):
        raise damaged
    dtype, shape, offsets = entry.get("dtype"), entry.get("shape"), entry.get("data_offsets")
    if dtype not in DTYPE_BITS:
        raise _invalid(f"{file.name} holds {name} in the unknown type {dtype}.", file=file.name, tensor=name)
    if not _naturals(shape) or not _naturals(offsets) or len(offsets) != 2:
        raise damaged
    start, stop = offsets
    if stop - start != math.prod(shape) * DTYPE_BITS[dtype] // 8:
        raise damaged
    return Tensor(dtype, tuple(shape), stop - start), (start, stop)


def _naturals(value: Any) -> bool:
    return isinstance(value, list) and all(type(item) is int and item >= 0 for item in value)


def _check_index(path: Path, tensors: dict[str, Tensor]) -> None:
    index = path / "model.safetensors.index.json"
    if not index.exists():
        return
    weight_map = read_json(index).get("weight_map")
    if not isinstance(weight_map, dict):
        raise _invalid("The weight index has no weight_map.", file=index.name)
    for name, shard in weight_map.items():
        if not isinstance(shard, str) or not PLAIN_NAME.fullmatch(shard):
            raise _invalid("The weight index names an impossible file.", file=index.name)
        if not (path / shard).is_file():
            raise _invalid(f"The weight file {shard} is missing.", file=shard)
        if shard.startswith("model") and name not in tensors:
            raise _invalid(f"{shard} lacks the tensor {name}.", file=shard, tensor=name)


def _context_window(path: Path, config: dict[str, Any]) -> int:
    """Tokens the model was made for: its limit for embedding, else config.json's, else the tokenizer's."""
    if (path / "sentence_bert_config.json").exists():
        length = read_json(path / "sentence_bert_config.json").get("max_seq_length")
        if isinstance(length, int) and length > 0:
            return length
    text = config.get("text_config")
    for source in (config, text if isinstance(text, dict) else {}):
        for key in CONTEXT_KEYS:
            value = source.get(key)
            if isinstance(value, int) and value > 0:
                return value
    if (path / "tokenizer_config.json").exists():
        value = read_json(path / "tokenizer_config.json").get("model_max_length")
        if isinstance(value, int) and 0 < value < 10_000_000:
            return value
    return DEFAULT_CONTEXT
