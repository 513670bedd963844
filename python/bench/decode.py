"""Decode speed through the engine against mlx_lm's stream_generate, on the same model.

    python bench/decode.py [MODEL] [--tokens N] [--rounds N]

Three ways, interleaved so that a noisy machine hits all alike: `stream_generate` in this process;
the scheduler and texts in this process without a socket; a real engine process read over its socket.
Printed: tokens per second (best and median of the rounds), processor milliseconds per token (which
other load disturbs least) and the ratio to stream_generate.
"""

import argparse
import os
import queue
import statistics
import sys
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from random import Random
from typing import Any

os.environ.setdefault("MLX_DISABLE_COMPILE", "1")
ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

import msgspec  # noqa: E402

from mlx_worker.imports import import_mlx_lm  # noqa: E402

import_mlx_lm()

from mlx_lm.generate import stream_generate  # noqa: E402

from mlx_worker.host import blas  # noqa: E402
from mlx_worker.protocol import Load, Sampling, Step, StepRow  # noqa: E402
from mlx_worker.rows import Row, Stepped  # noqa: E402
from mlx_worker.scheduler import Ready, Scheduler  # noqa: E402
from mlx_worker.wire import encode_frame  # noqa: E402
from tests.engine import Engine, generate_frame  # noqa: E402


def long_prompt(model: Any, tokenizer: Any, tokens: int) -> list[int]:
    """A prompt whose greedy answer is `tokens` long, so that all ways decode the same tokens.

    Raises SystemExit when a hundred random prompts all end sooner.
    """
    random = Random(0)
    for _ in range(100):
        prompt = [random.randrange(3, min(len(tokenizer), 300)) for _ in range(10)]
        responses = list(stream_generate(model, tokenizer, prompt, max_tokens=tokens))
        if responses[-1].finish_reason == "length":
            return prompt
    raise SystemExit("Every answer ends too soon; ask for fewer --tokens.")


def in_process(model: Any, tokenizer: Any, prompt: list[int], tokens: int) -> float:
    times = []
    for _ in stream_generate(model, tokenizer, prompt, max_tokens=tokens):
        times.append(time.perf_counter())
    return (len(times) - 1) / (times[-1] - times[0])


def scheduler_alone(bench: "Alone", prompt: list[int], tokens: int) -> float:
    row = bench.start(prompt, tokens)
    while not row.closed:
        bench.scheduler.turn()
    return (len(bench.times) - 1) / (bench.times[-1] - bench.times[0])


def over_the_socket(engine: Engine, prompt: list[int], tokens: int) -> float:
    engine.send(generate_frame("r", prompt_token_ids=prompt, sampling={"max_tokens": tokens}))
    times = []
    while (frame := engine.receive())["type"] != "finished":
        if frame["type"] == "step":
            times.append(time.perf_counter())
    return (len(times) - 1) / (times[-1] - times[0])


def bytes_per_token(engine: Engine, prompt: list[int], tokens: int) -> float:
    engine.send(generate_frame("r", prompt_token_ids=prompt, sampling={"max_tokens": tokens}))
    frames = engine.until(lambda frame: frame["type"] == "finished")
    return sum(4 + len(msgspec.json.encode(frame)) for frame in frames) / tokens


def processor_seconds(pid: int) -> float:
    """User and system time of a process, from /proc."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class Alone:
    """The MLX thread's half of the engine, with the IO thread's work done inline."""

    def __init__(self, path: str) -> None:
        self.inbox: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self.scheduler = Scheduler(self.inbox, self.take)
        self.times: list[float] = []
        self.ready: Ready | None = None
        self.inbox.put(Load("load", path))
        self.scheduler.turn()

    def start(self, prompt: list[int], tokens: int) -> Row:
        assert self.ready and self.ready.tokens
        text = self.ready.tokens.row_text([])
        row = Row("r", prompt, len(prompt), tokens, Sampling(tokens), 1, "interactive", text)
        self.times = []
        self.inbox.put(row)
        return row

    def take(self, event: Any) -> None:
        if isinstance(event, Ready):
            self.ready = event
        if isinstance(event, Stepped):
            rows = [StepRow(row.id, [token], row.text.push(token).text) for row, token, _ in event.tokens]
            encode_frame(Step(event.n, rows))
            self.times.append(time.perf_counter())
            for row, _, end in event.tokens:
                row.closed = end is not None


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model", nargs="?", default=str(ROOT / "guide" / "models" / "guide"))
    parser.add_argument("--tokens", type=int, default=400)
    parser.add_argument("--rounds", type=int, default=7)
    options = parser.parse_args()
    print(f"model {options.model}, blas {blas()}, MLX {version('mlx')}")
    with Engine() as engine:
        loaded = engine.load(Path(options.model))
        if loaded["type"] != "loaded":
            raise SystemExit(loaded["error"]["message"])
        alone = Alone(options.model)
        assert alone.ready
        model, tokenizer = alone.ready.loaded.model, alone.ready.loaded.tokenizer
        prompt = long_prompt(model, tokenizer, options.tokens)
        own, other = time.process_time, lambda: processor_seconds(engine.process.pid)
        ways: dict[str, tuple[Callable[[], float], Callable[[], float]]] = {
            "stream_generate": (lambda: in_process(model, tokenizer, prompt, options.tokens), own),
            "scheduler": (lambda: scheduler_alone(alone, prompt, options.tokens), own),
            "socket": (lambda: over_the_socket(engine, prompt, options.tokens), other),
        }
        rates: dict[str, list[float]] = {name: [] for name in ways}
        costs: dict[str, list[float]] = {name: [] for name in ways}
        for _ in range(options.rounds):
            for name, (way, clock) in ways.items():
                before = clock()
                rates[name].append(way())
                costs[name].append((clock() - before) / options.tokens * 1000)
        size = bytes_per_token(engine, prompt, options.tokens)
    print(f"{'':16} {'best':>8} {'ratio':>6} {'median':>8} {'ratio':>6} {'cpu ms':>7}")
    base = rates["stream_generate"]
    for name, values in rates.items():
        best, middle = max(values), statistics.median(values)
        print(
            f"{name:16} {best:8.1f} {best / max(base):6.3f} {middle:8.1f}"
            f" {middle / statistics.median(base):6.3f} {min(costs[name]):7.3f}"
        )
    print(f"step frames: {size:.0f} bytes per token with a row id of one character")


if __name__ == "__main__":
    main()
