"""Memory that one long and seven short rows hold, over what their keys and values need."""

import statistics
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import mlx.core as mx

from mlx_worker.imports import import_mlx_lm
from tests.engine import Engine, generate_frame
from tests.tiny import QWEN2

from .figure import Figure, Patience
from .models import LONG_CONTEXT, bytes_per_token, make_endless

import_mlx_lm()

from mlx_lm.generate import BatchGenerator  # noqa: E402
from mlx_lm.utils import load_model  # noqa: E402

LENGTHS = (2000, *[15] * 7)
STEPS = 8
# Wide keys and values in many layers: beside them a step's other arrays are small.
CONFIG: dict[str, Any] = {
    **QWEN2,
    **LONG_CONTEXT,
    "hidden_size": 256,
    "intermediate_size": 64,
    "num_hidden_layers": 8,
    "num_attention_heads": 4,
    "num_key_value_heads": 4,
}


def figures(folder: Path, patience: Patience) -> Iterator[Figure]:
    model = make_endless(folder / "wide", CONFIG)
    ours, theirs = _ours(model), _theirs(model)
    name = "memory of 1 row of 2,000 and 7 of 15, over useful bytes"
    yield Figure(name, f"{ours:.2f} x", f"{theirs:.2f} x", ours, 1.5, "at most")


def _prompt(row: int) -> list[int]:
    return [(7 * position + row) % 300 + 20 for position in range(LENGTHS[row])]


def _ours(model: Path) -> float:
    """As the engine itself answers between two steps: active bytes with the rows, less those without."""
    with Engine() as engine:
        engine.load(model)
        engine.generate(prompt_token_ids=_prompt(1), sampling={"max_tokens": 4})
        engine.unload()
        engine.load(model)
        before = engine.reply({"type": "ping", "id": "p"})["active_bytes"]
        decoded = [0] * len(LENGTHS)
        for row in range(len(LENGTHS)):
            engine.send(
                generate_frame(str(row), prompt_token_ids=_prompt(row), sampling={"max_tokens": 4000})
            )
        found = []
        for turn in range(5):
            while min(decoded) < STEPS + turn:
                _count(engine.receive(), decoded)
            engine.send({"type": "ping", "id": "p"})
            while (frame := engine.receive())["type"] != "pong":
                _count(frame, decoded)
            useful = (sum(LENGTHS) + sum(decoded)) * bytes_per_token(CONFIG)
            found.append((frame["active_bytes"] - before) / useful)
    return statistics.median(found)


def _count(frame: dict[str, Any], decoded: list[int]) -> None:
    if frame["type"] == "finished":
        raise RuntimeError(f"A row ended too soon: {frame}")
    for part in frame.get("rows", []) if frame["type"] == "step" else []:
        decoded[int(part["row"])] += len(part["token_ids"])


def _theirs(path: Path) -> float:
    model, _ = load_model(path)
    mx.eval(model.parameters())
    before = mx.get_active_memory()
    batch = BatchGenerator(model)
    batch.insert([_prompt(row) for row in range(len(LENGTHS))], max_tokens=[4000] * len(LENGTHS))
    decoded = [0] * len(LENGTHS)
    while min(decoded) < STEPS:
        _, responses = batch.next()
        for response in responses:
            decoded[response.uid] += 1
    useful = (sum(LENGTHS) + sum(decoded)) * bytes_per_token(CONFIG)
    held = mx.get_active_memory() - before
    batch.close()
    return held / useful
