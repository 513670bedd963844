"""Loading a checked model directory into MLX, with its receipt."""

import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import mlx.core as mx
import mlx.nn as nn
from mlx.utils import tree_flatten, tree_unflatten
from tokenizers import Tokenizer

from .bert import load_bert
from .cpu_math import use_vector_math
from .directory import ModelDirectory, check_directory
from .embedder import Embedder
from .embedding_settings import Pooling, is_embedder, read_settings
from .errors import EngineError
from .host import device, memory_bytes
from .imports import import_mlx_lm
from .prompts import takes_tools
from .protocol import Load, LoadReceipt
from .qwen3_embedding import END_TOKEN, load_qwen3_embedding
from .ranks import ALONE, Ranks
from .thinking import marks_thinking

HALVES = {mx.float16, mx.bfloat16}
# KV cache, activations and the runtime itself need room beside the weights.
OVERHEAD_BYTES = 256 * 1024 * 1024
WEIGHT_OVERHEAD = 1.1
PROGRESS_STEP = 0.02
KV_ROUNDING = 256

Progress = Callable[[float, str], None]


@dataclass
class LoadedModel:
    """A model in memory. `tokenizer` is mlx_lm's TokenizerWrapper; `embedder` is set where it embeds.

    `draft` is the small model that guesses ahead for it, where one was asked for.
    """

    directory: ModelDirectory
    model: nn.Module
    tokenizer: Any
    end_token_ids: frozenset[int]
    receipt: LoadReceipt
    embedder: Embedder | None = None
    draft: nn.Module | None = None


def load_model(frame: Load, progress: Progress, ranks: Ranks = ALONE) -> LoadedModel:
    """Load the directory of `frame` and its draft model's, or this rank's share, reporting
    `progress(done 0..1, stage)`.

    Raises EngineError `model_invalid`, `model_unsupported` or `insufficient_memory`; the last before
    any weight is read.
    """
    started = time.perf_counter()
    progress(0.0, "checking")
    with ranks.together():
        directory = check_directory(frame.path)
        draft = None if frame.draft_path is None else _check_draft(directory, frame.draft_path)
        # Every rank holds a share, and may have so much for it.
        limit = (frame.memory_limit_bytes or memory_bytes()) * ranks.size
        widen = _decide_widening([directory, draft] if draft else [directory], limit, frame.widen)
    widen = ranks.agree("widen", widen)
    mx.reset_peak_memory()
    try:
        if is_embedder(directory) if frame.role is None else frame.role == "embed":
            if ranks.size > 1:
                raise EngineError("model_unsupported", "Embedding models run on one machine.")
            return _load_embedder(directory, frame, widen, progress, started)
        loaded = _load_decoder(directory, frame, widen, progress, started, ranks)
        if draft is not None:
            progress(0.97, "draft model")
            _add_draft(loaded, draft, widen, started)
        return loaded
    except EngineError:
        raise
    except MemoryError as error:
        raise EngineError("insufficient_memory", "Memory ran out while the model was loading.") from error
    except Exception as error:
        ranks.survive(error)
        raise EngineError(
            "model_invalid", f"The model could not be loaded: {error}", kind=type(error).__name__
        ) from error


def needed_bytes(weights_bytes: int) -> int:
    """Memory in bytes that weights of this size ask for: themselves, a tenth, and the runtime."""
    return int(weights_bytes * WEIGHT_OVERHEAD) + OVERHEAD_BYTES


def _decide_widening(directories: list[ModelDirectory], limit: int, widen: str) -> bool:
    """Whether to hold float32: only where half and quantized products are slow, and only if it fits."""
    weights_bytes = sum(directory.weights_bytes for directory in directories)
    stored = needed_bytes(weights_bytes)
    if stored > limit:
        raise EngineError(
            "insufficient_memory",
            f"The model needs {_gigabytes(stored)}; {_gigabytes(limit)} may be used for it.",
            needed_bytes=stored,
            limit_bytes=limit,
            weights_bytes=weights_bytes,
        )
    if widen == "never" or device() != "cpu":
        return False
    return needed_bytes(sum(directory.float32_bytes() for directory in directories)) <= limit


def _gigabytes(count: int) -> str:
    return f"{count / 2**30:.1f} GB"


def _load_decoder(
    directory: ModelDirectory, frame: Load, widen: bool, progress: Progress, started: float, ranks: Ranks
) -> LoadedModel:
    import_mlx_lm()
    use_vector_math()
    from mlx_lm.utils import get_total_parameters, load_tokenizer
    from mlx_lm.utils import load_model as load_mlx_lm

    progress(0.05, "tokenizer")
    rank_0_hash = ranks.agree("model", directory.model_hash)
    with ranks.together():
        if directory.model_hash != rank_0_hash:
            raise EngineError("model_invalid", f"{frame.path} holds another model there than on rank 0.")
        tokenizer = load_tokenizer(directory.path, eos_token_ids=_end_token_ids(directory))
        progress(0.1, "weights")
        model, config = load_mlx_lm(directory.path, lazy=True)
        parameters = get_total_parameters(model)
        widened = _widen(model) if widen else False
        ranks.split(model, config)
        _materialise(model, lambda done: progress(0.1 + 0.85 * done, "weights"))
    progress(0.95, "first token")
    vocabulary, kv_bytes, trimmable = _probe(model)
    weights_bytes, dtype = _measure(model)
    if config.get("quantization") and not widened:
        dtype = f"{config['quantization'].get('bits', 4)}-bit"
    template = getattr(tokenizer, "chat_template", None)
    receipt = LoadReceipt(
        model_hash=directory.model_hash,
        template_hash=_text_hash(template),
        architecture=directory.architecture,
        parameters=parameters,
        context_window=min(frame.context_window or directory.context_window, directory.context_window),
        vocabulary=vocabulary,
        weights_bytes=weights_bytes,
        peak_bytes=mx.get_peak_memory(),
        kv_bytes_per_token=kv_bytes,
        dtype=dtype,
        widened=widened,
        trimmable=trimmable,
        load_seconds=time.perf_counter() - started,
        has_chat_template=bool(tokenizer.has_chat_template),
        has_thinking=marks_thinking(tokenizer),
        has_tools=takes_tools(tokenizer),
    )
    return LoadedModel(directory, model, tokenizer, frozenset(tokenizer.eos_token_ids), receipt)


def _check_draft(directory: ModelDirectory, name: str) -> ModelDirectory:
    """The checked directory of a draft model. Raises EngineError `model_invalid` when it speaks other ids."""
    try:
        draft = check_directory(name)
    except EngineError as error:
        message = f"The draft model cannot be used: {error.message}"
        raise EngineError(error.code, message, **{**error.details, "draft": True}) from error
    if _vocabulary(directory) != _vocabulary(draft):
        raise EngineError(
            "model_invalid",
            "The draft model has another vocabulary: only a model with the same tokenizer can guess ahead.",
            draft=True,
        )
    return draft


def _vocabulary(directory: ModelDirectory) -> dict[str, int] | bytes:
    """The ids of all tokens; of older formats, the file that says so."""
    file = directory.path / "tokenizer.json"
    if file.is_file():
        return Tokenizer.from_file(str(file)).get_vocab(with_added_tokens=True)
    return (directory.path / "tokenizer.model").read_bytes()


def _add_draft(loaded: LoadedModel, directory: ModelDirectory, widen: bool, started: float) -> None:
    """Load the draft model beside the other, and count its bytes among theirs."""
    from mlx_lm.utils import get_total_parameters
    from mlx_lm.utils import load_model as load_mlx_lm

    draft, _ = load_mlx_lm(directory.path, lazy=True)
    receipt = loaded.receipt
    receipt.draft_parameters = get_total_parameters(draft)
    if widen:
        _widen(draft)
    _materialise(draft, lambda done: None)
    _, kv_bytes, trimmable = _probe(draft)
    if not trimmable:
        raise EngineError(
            "model_unsupported",
            "The draft model cannot take back wrong guesses: its cache holds a window or a state.",
            draft=True,
        )
    receipt.weights_bytes += _measure(draft)[0]
    receipt.kv_bytes_per_token += kv_bytes
    receipt.peak_bytes = mx.get_peak_memory()
    receipt.load_seconds = time.perf_counter() - started
    loaded.draft = draft


def _load_embedder(
    directory: ModelDirectory, frame: Load, widen: bool, progress: Progress, started: float
) -> LoadedModel:
    settings = read_settings(directory)
    tokenizer, end_token = _embedding_tokenizer(directory)
    progress(0.1, "weights")
    model = _embedding_model(directory, settings.pooling)
    parameters = sum(array.size for array in _arrays(model))
    widened = _widen(model) if widen else False
    _materialise(model, lambda done: progress(0.1 + 0.9 * done, "weights"))
    limit = min(
        frame.context_window or directory.context_window,
        directory.context_window,
        directory.config.get("max_position_embeddings", directory.context_window),
    )
    embedder = Embedder(model, tokenizer, settings, limit, end_token)
    weights_bytes, dtype = _measure(model)
    if directory.quantization and not widened:
        dtype = f"{directory.quantization.get('bits', 4)}-bit"
    receipt = LoadReceipt(
        model_hash=directory.model_hash,
        template_hash=None,
        architecture=directory.architecture,
        parameters=parameters,
        context_window=limit,
        vocabulary=int(directory.config.get("vocab_size", 0)),
        weights_bytes=weights_bytes,
        peak_bytes=mx.get_peak_memory(),
        kv_bytes_per_token=0,
        dtype=dtype,
        widened=widened,
        trimmable=False,
        load_seconds=time.perf_counter() - started,
        has_chat_template=False,
    )
    return LoadedModel(directory, model, tokenizer, frozenset(), receipt, embedder)


def _embedding_model(directory: ModelDirectory, pooling: Pooling) -> nn.Module:
    if directory.architecture == "bert" and pooling != "last":
        return load_bert(directory, pooling)
    if directory.architecture == "qwen3" and pooling == "last":
        return load_qwen3_embedding(directory)
    raise EngineError(
        "model_unsupported",
        f"This engine cannot embed with the architecture {directory.architecture} and pooling by {pooling}.",
        architecture=directory.architecture,
    )


def _embedding_tokenizer(directory: ModelDirectory) -> tuple[Tokenizer, int | None]:
    """The tokenizer, and the token whose state is the vector of a causal model."""
    file = directory.path / "tokenizer.json"
    if not file.is_file():
        raise EngineError("model_invalid", "The folder has no tokenizer.json.")
    tokenizer = Tokenizer.from_file(str(file))
    if directory.architecture != "qwen3":
        return tokenizer, None
    end = tokenizer.token_to_id(END_TOKEN)
    return tokenizer, directory.config.get("eos_token_id") if end is None else end


def _end_token_ids(directory: ModelDirectory) -> list[int] | None:
    """End tokens of generation_config.json (the fuller list) or config.json."""
    from mlx_lm.utils import load_config

    found = load_config(directory.path).get("eos_token_id")
    if isinstance(found, int):
        return [found]
    if isinstance(found, list):
        return [token for token in found if isinstance(token, int)]
    return None


def _widen(model: nn.Module) -> bool:
    """Ask for float32 in place of half and quantized weights; nothing is read yet. Whether any was."""
    widened = False
    for name, module in [(name, module) for name, module in model.named_modules() if _own_arrays(module)]:
        replacement = _dequantized(module)
        if replacement is not None:
            model.update_modules(tree_unflatten([(name, replacement)]))
            module, widened = replacement, True
        for key, array in _own_arrays(module).items():
            if array.dtype in HALVES:
                module[key] = array.astype(mx.float32)
                widened = True
    return widened


def _materialise(model: nn.Module, progress: Callable[[float], None]) -> None:
    """Read the weights module by module, so that the peak stays one module higher."""
    modules = [module for _, module in model.named_modules() if _own_arrays(module)]
    total = sum(array.nbytes for module in modules for array in _own_arrays(module).values()) or 1
    done, reported = 0, 0.0
    for module in modules:
        arrays = list(_own_arrays(module).values())
        mx.eval(arrays)
        done += sum(array.nbytes for array in arrays)
        if done / total - reported >= PROGRESS_STEP:
            reported = done / total
            progress(reported)
    mx.clear_cache()


def _arrays(model: nn.Module) -> list[mx.array]:
    return [array for _, array in tree_flatten(model.parameters()) if isinstance(array, mx.array)]


def _own_arrays(module: nn.Module) -> dict[str, mx.array]:
    return {key: value for key, value in module.items() if isinstance(value, mx.array)}


def _dequantized(module: nn.Module) -> nn.Module | None:
    """A float32 layer with the values of a quantized one, or None (as mlx_lm.utils.dequantize_model)."""
    from mlx_lm.models.switch_layers import QuantizedSwitchLinear, SwitchLinear

    if isinstance(module, nn.QuantizedLinear):
        kind: type[nn.Module] = nn.Linear
    elif isinstance(module, nn.QuantizedEmbedding):
        kind = nn.Embedding
    elif isinstance(module, QuantizedSwitchLinear):
        kind = SwitchLinear
    else:
        return None
    weight = mx.dequantize(
        module.weight, module.scales, module.get("biases"), module.group_size, module.bits, module.mode
    )
    # Built without __init__: its random initial weights would be allocated only to be thrown away.
    layer = kind.__new__(kind)
    nn.Module.__init__(layer)
    layer.weight = weight.astype(mx.float32)
    if "bias" in module:
        layer.bias = module.bias.astype(mx.float32)
    return layer


def _probe(model: nn.Module) -> tuple[int, int, bool]:
    """One forward pass over one token: vocabulary, KV bytes per token, whether any cache can be trimmed."""
    from mlx_lm.models.cache import make_prompt_cache

    from .layers import is_plain

    cache = make_prompt_cache(model)
    logits = model(mx.array([[0]]), cache=cache)
    mx.eval(logits)
    return logits.shape[-1], sum(_bytes_per_token(layer) for layer in cache), is_plain(cache)


def _bytes_per_token(layer: Any) -> int:
    """Bytes that one more token adds to a layer's cache; fixed state (mamba, convolutions) adds none."""
    if hasattr(layer, "caches"):
        return sum(_bytes_per_token(part) for part in layer.caches)
    total = 0
    for array in (getattr(layer, "keys", None), getattr(layer, "values", None)):
        if isinstance(array, mx.array) and array.ndim == 4:
            total += array.shape[0] * array.shape[1] * array.shape[3] * array.dtype.size
    return total


def _measure(model: nn.Module) -> tuple[int, str]:
    """Bytes of all parameters, and the floating-point type that holds most of them."""
    sizes: dict[str, int] = {}
    total = 0
    for array in _arrays(model):
        total += array.nbytes
        name = str(array.dtype).removeprefix("mlx.core.")
        sizes[name] = sizes.get(name, 0) + array.nbytes
    return total, max(sizes, key=lambda name: sizes[name])


def _text_hash(text: Any) -> str | None:
    if not isinstance(text, str):
        return None
    return f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"
