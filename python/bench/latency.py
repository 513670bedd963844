"""How long a second request and a cancel wait while one row streams, in decode steps.

    python bench/latency.py [MODEL] [--rounds N]

Medians, through a real engine process and its socket. The second request's time to first token is
taken over that of the same request on an idle engine.
"""

import argparse
import statistics
import sys
import time
from itertools import pairwise
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from tests.engine import Engine, generate_frame  # noqa: E402

PROMPT = list(range(10, 40))


def first_token(engine: Engine, row: str) -> float:
    """Seconds from the request to its first step frame."""
    started = time.perf_counter()
    engine.send(generate_frame(row, prompt_token_ids=PROMPT, sampling={"max_tokens": 4}))
    engine.until(lambda f: f["type"] == "step" and any(part["row"] == row for part in f["rows"]))
    elapsed = time.perf_counter() - started
    engine.until(lambda f: f["type"] == "finished" and f["row"] == row)
    return elapsed


def cancelled(engine: Engine, row: str) -> float:
    """Seconds from a cancel to the row's last frame."""
    engine.until(lambda f: f["type"] == "step")
    started = time.perf_counter()
    engine.send({"type": "cancel", "row": row})
    engine.until(lambda f: f["type"] == "finished" and f["row"] == row)
    return time.perf_counter() - started


def stream(engine: Engine, row: str) -> None:
    """Start a row that does not end by itself soon."""
    # At this temperature an end token is one of many: the row streams as long as it is needed.
    sampling = {"max_tokens": 4000, "temperature": 5, "seed": 1}
    engine.send(generate_frame(row, prompt_token_ids=PROMPT, sampling=sampling))
    engine.until(lambda f: f["type"] == "step")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model", nargs="?", default=str(ROOT / "guide" / "models" / "guide"))
    parser.add_argument("--rounds", type=int, default=20)
    options = parser.parse_args()
    idle, busy, cancels, steps = [], [], [], []
    with Engine() as engine:
        loaded = engine.load(Path(options.model))
        if loaded["type"] != "loaded":
            raise SystemExit(loaded["error"]["message"])
        for turn in range(options.rounds):
            idle.append(first_token(engine, f"i{turn}"))
            row = f"s{turn}"
            stream(engine, row)
            times = []
            for _ in range(8):
                engine.until(lambda f: f["type"] == "step")
                times.append(time.perf_counter())
            steps.append(statistics.median(b - a for a, b in pairwise(times)))
            busy.append(first_token(engine, f"b{turn}"))
            cancels.append(cancelled(engine, row))
    step = statistics.median(steps)
    alone, beside = statistics.median(idle), statistics.median(busy)
    print(f"one decode step: {step * 1000:.2f} ms")
    print(f"first token: idle {alone * 1000:.2f} ms, beside a stream +{(beside - alone) / step:.2f} steps")
    print(f"cancel: {statistics.median(cancels) / step:.2f} steps")


if __name__ == "__main__":
    main()
