"""A bfloat16 model on a CPU, beside mlx_lm.server as pip installs it: no BLAS preloaded, compiling."""

from collections.abc import Iterator
from pathlib import Path

import mlx.core as mx

from tests.engine import Engine

from .figure import Figure, Patience, median, milliseconds, per_second
from .models import TEN_MILLISECONDS, make_endless, prompt_of, tokenizer_of
from .peer import serve
from .streams import Client, EngineClient, finish

PROMPT_TOKENS, TOKENS = 512, 24


def figures(folder: Path, patience: Patience) -> Iterator[Figure]:
    model = make_endless(folder / "half", TEN_MILLISECONDS, dtype=mx.bfloat16)
    tokenizer = tokenizer_of(model)
    prefills: tuple[list[float], list[float]] = ([], [])
    rates: tuple[list[float], list[float]] = ([], [])
    with Engine() as engine, serve(model, {}) as theirs:
        engine.load(model)
        ours = EngineClient(engine)
        finish(ours, ours.start("Warm up.", 8))
        for turn in patience.turns(3):
            clients: list[Client] = [ours, theirs]
            for side, client in enumerate(clients):
                asked = client.start(prompt_of(PROMPT_TOKENS, turn, tokenizer), TOKENS)
                finish(client, asked)
                prefills[side].append(asked.first)
                rates[side].append(asked.rate)
    mine, other = median(prefills[0]), median(prefills[1])
    name = f"bfloat16: first token of {PROMPT_TOKENS} tokens, speed-up"
    yield Figure(name, milliseconds(mine), milliseconds(other), other / mine, 20)
    mine, other = median(rates[0]), median(rates[1])
    yield Figure("bfloat16: decode, speed-up", per_second(mine), per_second(other), mine / other, 2)
