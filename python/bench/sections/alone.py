"""One stream through the engine, beside stream_generate in this process."""

import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from mlx_worker.imports import import_mlx_lm
from mlx_worker.loader import load_model
from mlx_worker.protocol import Load
from tests.engine import Engine

from .figure import Figure, Patience, median, milliseconds, per_second
from .models import GUIDE, TEN_MILLISECONDS, make_endless, prompt_of, tokenizer_of
from .processes import processor_seconds
from .streams import EngineClient, finish

import_mlx_lm()

from mlx_lm.generate import stream_generate  # noqa: E402


def figures(folder: Path, patience: Patience) -> Iterator[Figure]:
    ten = make_endless(folder / "ten", TEN_MILLISECONDS)
    yield from _decode("decode, one stream, steps of about 10 ms", ten, 100, 0.99, patience)
    yield from _decode("decode, one stream, the guide", GUIDE, 300, 0.95, patience)


def _decode(name: str, path: Path, most: int, bar: float, patience: Patience) -> Iterator[Figure]:
    loaded = load_model(Load("load", str(path)), lambda *_: None)
    content, tokens = _long_answer(path, loaded, most)
    rates: tuple[list[float], ...] = ([], [], [])
    costs: tuple[list[float], ...] = ([], [], [])
    with Engine() as engine:
        engine.load(path)
        ours, guessing = EngineClient(engine), EngineClient(engine, "auto", "g")
        ways = [
            lambda: _over_the_socket(ours, content, tokens),
            lambda: _in_process(loaded, content, tokens),
            lambda: _over_the_socket(guessing, content, tokens),
        ]
        for way in ways:
            way()
        for turn in patience.turns(25, share=0.45):
            for side in (0, 1, 2) if turn % 2 else (2, 1, 0):
                pid = (engine.process.pid, os.getpid(), engine.process.pid)[side]
                spent = processor_seconds(pid)
                rates[side].append(ways[side]())
                costs[side].append((processor_seconds(pid) - spent) / tokens)
    theirs = per_second(median(rates[1]))
    ratio, guessed = (median([a / b for a, b in zip(rates[side], rates[1], strict=True)]) for side in (0, 2))
    yield Figure(name, per_second(median(rates[0])), theirs, ratio, bar)
    yield Figure("the same with guesses where they pay", per_second(median(rates[2])), theirs, guessed, None)
    mine, other = median(costs[0]), median(costs[1])
    # Other work on the machine stretches the clock and hardly this.
    label = "the same in processor time a token, theirs over ours"
    yield Figure(label, milliseconds(mine), milliseconds(other), other / mine, None)


def _long_answer(path: Path, loaded: Any, most: int) -> tuple[str, int]:
    """Of many questions the one with the longest greedy answer, and its length, at most so many tokens."""
    tokenizer = tokenizer_of(path)
    found = ("", 0)
    for seed in range(40):
        content = prompt_of(4 + seed, seed, tokenizer)
        *_, last = stream_generate(loaded.model, loaded.tokenizer, _ids(loaded, content), max_tokens=most)
        # The end token is one of its count, and none of ours.
        length = last.generation_tokens - (last.finish_reason == "stop")
        found = max(found, (content, length), key=lambda one: one[1])
        if length == most:
            break
    return found


def _in_process(loaded: Any, content: str, tokens: int) -> float:
    prompt, times = _ids(loaded, content), []
    for _ in stream_generate(loaded.model, loaded.tokenizer, prompt, max_tokens=tokens):
        times.append(time.perf_counter())
    return (len(times) - 1) / (times[-1] - times[0])


def _ids(loaded: Any, content: str) -> list[int]:
    messages = [{"role": "user", "content": content}]
    return loaded.tokenizer.apply_chat_template(messages, add_generation_prompt=True)


def _over_the_socket(client: EngineClient, content: str, tokens: int) -> float:
    stream = client.start(content, tokens)
    finish(client, stream)
    if stream.tokens != tokens:
        raise RuntimeError(f"The engine wrote {stream.tokens} tokens instead of {tokens}.")
    return stream.rate
