"""How long a second request and a cancel wait while one stream runs, in decode steps."""

import time
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

from tokenizers import Tokenizer

from tests.engine import Engine

from .figure import Figure, Patience, median, milliseconds
from .models import TEN_MILLISECONDS, make_endless, prompt_of, tokenizer_of
from .peer import SAME_ENVIRONMENT, serve
from .processes import processor_seconds
from .streams import Client, EngineClient, finish

PROMPT_TOKENS = 16
# Long enough for mlx_lm.server, which looks for those who hung up every half second.
SETTLE_SECONDS = 1.2


def figures(folder: Path, patience: Patience) -> Iterator[Figure]:
    model = make_endless(folder / "ten", TEN_MILLISECONDS)
    tokenizer = tokenizer_of(model)
    with Engine() as engine, serve(model, SAME_ENVIRONMENT) as server:
        engine.load(model)
        ours = _Waits(EngineClient(engine), tokenizer)
        theirs = _Waits(server, tokenizer)
        for turn in patience.turns(12):
            ours.measure(2 * turn)
            theirs.measure(2 * turn + 1)
    for name, mine, other in (
        ("first token beside a stream, over idle", ours.over, theirs.over),
        ("cancel: work done after it", ours.cancels, theirs.cancels),
    ):
        value = median(mine)
        yield Figure(f"{name}, in steps", f"{value:.2f}", f"{median(other):.2f}", value, 2, "at most")
    step, idle = median(ours.steps), median(ours.idle)
    print(f"  one step {milliseconds(step)}, first token when idle {milliseconds(idle)}", flush=True)


class _Waits:
    """The waits of one server, in steps of the stream that runs meanwhile."""

    def __init__(self, client: Client, tokenizer: Tokenizer) -> None:
        self._client = client
        self._tokenizer = tokenizer
        self.idle: list[float] = []
        self.over: list[float] = []
        self.cancels: list[float] = []
        self.steps: list[float] = []

    def measure(self, seed: int) -> None:
        idle = self._first_token(10 * seed)
        running = self._client.start(self._prompt(10 * seed + 1), 4000)
        self._client.wait(lambda: len(running.times) >= 12)
        spent = processor_seconds(self._client.pid)
        self._client.wait(lambda: len(running.times) >= 32)
        step = median([b - a for a, b in pairwise(running.times[12:])])
        work = (processor_seconds(self._client.pid) - spent) / (len(running.times) - 12)
        beside = self._first_token(10 * seed + 2)
        now = len(running.times)
        self._client.wait(lambda: len(running.times) > now)
        spent = processor_seconds(self._client.pid)
        self._client.cancel(running)
        finish(self._client, running)
        time.sleep(SETTLE_SECONDS)
        self.idle.append(idle)
        self.steps.append(step)
        self.over.append((beside - idle) / step)
        self.cancels.append((processor_seconds(self._client.pid) - spent) / work)

    def _first_token(self, seed: int) -> float:
        asked = self._client.start(self._prompt(seed), 4)
        finish(self._client, asked)
        return asked.first

    def _prompt(self, seed: int) -> str:
        return prompt_of(PROMPT_TOKENS, seed, self._tokenizer)
