"""Whether an engine grows over a long day: resident memory after many turns of conversations."""

from collections.abc import Iterator
from pathlib import Path

from tests.engine import Engine
from tests.tiny import QWEN2, make_model

from .figure import Figure, Patience, median
from .models import LONG_CONTEXT
from .processes import resident_bytes

TURNS, SETTLED, AROUND = 500, 50, 10
MOST_MESSAGES, KEPT_MESSAGES = 40, 8
# The cache of prompts may fill its limit: it does so before the first look.
CACHE_LIMIT_BYTES = 1 << 20


def figures(folder: Path, patience: Patience) -> Iterator[Figure]:
    model = make_model(folder / "tiny", {**QWEN2, **LONG_CONTEXT})
    resident = []
    with Engine() as engine:
        engine.load(model, cache_limit_bytes=CACHE_LIMIT_BYTES)
        messages: list[dict[str, str]] = []
        for turn in range(1, TURNS + 1):
            messages.append({"role": "user", "content": f"Question {turn}: which numbers come next?"})
            answer = engine.generate(messages=messages, sampling={"max_tokens": 24})
            messages.append({"role": "assistant", "content": answer.text})
            if len(messages) >= MOST_MESSAGES:
                messages = messages[-KEPT_MESSAGES:]
            resident.append(resident_bytes(engine.process.pid))
    # Freed buffers come and go with every few turns: the middle of some around the turn.
    first = int(median(resident[SETTLED - AROUND : SETTLED + AROUND]))
    last = int(median(resident[-2 * AROUND :]))
    name = f"resident memory after {TURNS} turns, over turn {SETTLED}"
    yield Figure(name, _megabytes(last), _megabytes(first), last / first, 1.05, "at most")


def _megabytes(count: int) -> str:
    return f"{count / 1e6:.1f} MB"
