"""Time to first token on top of a long prompt that the engine has seen, over the same prompt cold."""

from collections.abc import Iterator
from pathlib import Path
from time import perf_counter
from typing import Any

from tests.engine import Answer, Engine, generate_frame
from tests.tiny import GEMMA3, MAMBA, QWEN2, make_model

from .figure import Figure, Patience, median, milliseconds
from .models import LONG_CONTEXT

Message = dict[str, str]
TOKENS = 8192
SENTENCE = "The engine answers questions about code and prints a list of numbers. "
SIZES = {
    **LONG_CONTEXT,
    "hidden_size": 256,
    "intermediate_size": 1024,
    "num_hidden_layers": 4,
    "num_attention_heads": 8,
    "num_key_value_heads": 2,
}
MODELS: dict[str, dict[str, Any]] = {
    "plain": {**QWEN2, **SIZES},
    "sliding window": {**GEMMA3, **SIZES, "sliding_window": 512, "sliding_window_pattern": 4},
    "state space": {**MAMBA, **LONG_CONTEXT, "hidden_size": 128, "intermediate_size": 256},
}


def figures(folder: Path, patience: Patience) -> Iterator[Figure]:
    for name, config in MODELS.items():
        path = make_model(folder / name.replace(" ", "-"), config)
        found: dict[str, list[float]] = {}
        with Engine() as engine:
            engine.load(path)
            engine.generate(content="Warm up.")
            for turn in patience.turns(3, share=0.3):
                for way, seconds in _ask(engine, turn):
                    found.setdefault(way, []).append(seconds)
        cold = median(found.pop("cold"))
        for way, seconds in found.items():
            warm = median(seconds)
            label = f"8k tokens seen before, {name}: {way}"
            before = f"cold {milliseconds(cold)}"
            yield Figure(label, milliseconds(warm), before, warm / cold, 0.05, "at most")


def _ask(engine: Engine, turn: int) -> Iterator[tuple[str, float]]:
    each = engine.reply({"type": "count", "id": "n", "messages": [], "text": SENTENCE})["text_tokens"]
    system = {"role": "system", "content": f"Round {turn}. " + SENTENCE * (TOKENS // each)}
    asked = [system, {"role": "user", "content": "What do you answer?"}]
    cold, answer = _first_token(engine, asked)
    yield "cold", cold
    said = {"role": "assistant", "content": answer.text}
    following = [*asked, said, {"role": "user", "content": "And what else, please?"}]
    yield "next turn", _first_token(engine, following)[0]
    yield "same again", _first_token(engine, asked)[0]
    other = [system, {"role": "user", "content": "Is there a list of numbers?"}]
    yield "other question", _first_token(engine, other)[0]


def _first_token(engine: Engine, messages: list[Message]) -> tuple[float, Answer]:
    """Seconds from the request to its first step frame, and the whole answer."""
    started = perf_counter()
    engine.send(generate_frame("r", messages=messages, sampling={"max_tokens": 8}))
    frames = engine.until(lambda f: f["type"] in ("step", "finished"))
    elapsed = perf_counter() - started
    if frames[-1]["type"] != "finished":
        frames += engine.until(lambda f: f["type"] == "finished")
    return elapsed, Answer("r", frames)
