"""One stream through the engine, beside stream_generate in this process."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from mlx_worker.imports import import_mlx_lm
from mlx_worker.loader import load_model
from mlx_worker.protocol import Load
from tests.engine import Engine

from .figure import Figure, Patience, median, per_second
from .models import GUIDE, TEN_MILLISECONDS, make_endless, prompt_of, tokenizer_of
from .streams import EngineClient, finish

import_mlx_lm()

from mlx_lm.generate import stream_generate  # noqa: E402


def figures(folder: Path, patience: Patience) -> Iterator[Figure]:
    ten = make_endless(folder / "ten", TEN_MILLISECONDS)
    yield _decode("decode, one stream, steps of about 10 ms", ten, 100, 0.99, patience)
    yield _decode("decode, one stream, the guide", GUIDE, 150, 0.95, patience)


def _decode(name: str, path: Path, tokens: int, bar: float, patience: Patience) -> Figure:
    loaded = load_model(Load("load", str(path)), lambda *_: None)
    content = _long_answer(path, loaded, tokens)
    rates: tuple[list[float], list[float]] = ([], [])
    with Engine() as engine:
        engine.load(path)
        ours = EngineClient(engine)
        ways = [lambda: _over_the_socket(ours, content, tokens), lambda: _in_process(loaded, content, tokens)]
        for way in ways:
            way()
        for turn in patience.turns(25, share=0.45):
            for side in (0, 1) if turn % 2 else (1, 0):
                rates[side].append(ways[side]())
    ratio = median([a / b for a, b in zip(*rates, strict=True)])
    return Figure(name, per_second(median(rates[0])), per_second(median(rates[1])), ratio, bar)


def _long_answer(path: Path, loaded: Any, tokens: int) -> str:
    """A question whose greedy answer is so long. Raises RuntimeError when all of a hundred end sooner."""
    tokenizer = tokenizer_of(path)
    for seed in range(100):
        content = prompt_of(4 + seed, seed, tokenizer)
        *_, last = stream_generate(loaded.model, loaded.tokenizer, _ids(loaded, content), max_tokens=tokens)
        if last.finish_reason == "length":
            return content
    raise RuntimeError(f"No answer has {tokens} tokens.")


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
