"""Many streams at once, and what a long prompt does to a stream that runs, beside mlx_lm.server."""

from collections.abc import Iterator
from pathlib import Path

from tokenizers import Tokenizer

from tests.engine import Engine

from .door import serve_daemon
from .figure import Figure, Patience, median, milliseconds, per_second
from .models import TEN_MILLISECONDS, make_endless, prompt_of, tokenizer_of
from .peer import SAME_ENVIRONMENT, serve
from .processes import family_seconds
from .streams import Client, EngineClient, Stream, finish, steady_rate, whole_rate

STREAMS = (2, 4, 8, 16)
TOKENS = 100
THEIRS = ", theirs"
LONG_PROMPT_TOKENS = 8192


def figures(folder: Path, patience: Patience) -> Iterator[Figure]:
    model = make_endless(folder / "ten", TEN_MILLISECONDS)
    tokenizer = tokenizer_of(model)
    with Engine() as engine, serve(model, SAME_ENVIRONMENT) as theirs:
        engine.load(model)
        ours = EngineClient(engine)
        finish(ours, ours.start("Warm up.", 8))
        with serve_daemon(model) as door:
            for streams in STREAMS:
                clients: dict[str, Client] = {"": ours, ", through /v1": door, THEIRS: theirs}
                yield from _aggregate(clients, streams, tokenizer, patience)
        yield _longest_gap(ours, theirs, tokenizer)


def _aggregate(
    clients: dict[str, Client], streams: int, tokenizer: Tokenizer, patience: Patience
) -> Iterator[Figure]:
    rates: dict[str, list[float]] = {}
    costs: dict[str, list[float]] = {side: [] for side in clients}
    for turn in patience.turns(5, share=0.18):
        # In turn first: whatever else the machine does then hits all alike.
        for side, client in list(clients.items())[:: 1 if turn % 2 else -1]:
            prompts = [prompt_of(24, 1000 * turn + number, tokenizer) for number in range(streams)]
            spent = family_seconds(client.pid)
            asked = [client.start(prompt, TOKENS) for prompt in prompts]
            finish(client, *asked)
            _check(asked)
            costs[side].append((family_seconds(client.pid) - spent) / (streams * TOKENS))
            rates.setdefault(f"while all stream{side}", []).append(steady_rate(asked))
            rates.setdefault(f"request to end{side}", []).append(whole_rate(asked))
    for way in ("while all stream", "request to end"):
        other = rates[way + THEIRS]
        for side in clients:
            if side != THEIRS:
                mine = rates[way + side]
                ratio = median([a / b for a, b in zip(mine, other, strict=True)])
                name = f"{streams} streams, {way}{side}"
                yield Figure(name, per_second(median(mine)), per_second(median(other)), ratio, 1.0)
    other = median(costs[THEIRS])
    for side in clients:
        if side != THEIRS:
            # Other work on the machine stretches the clock and hardly this.
            name = f"{streams} streams, processor time a token, theirs over ours{side}"
            mine = median(costs[side])
            yield Figure(name, milliseconds(mine), milliseconds(other), other / mine, None)


def _check(streams: list[Stream]) -> None:
    counts = [stream.tokens for stream in streams]
    if counts != [TOKENS] * len(streams):
        raise RuntimeError(f"Not every answer has {TOKENS} tokens: {counts}")


def _longest_gap(ours: Client, theirs: Client, tokenizer: Tokenizer) -> Figure:
    mine, other = (_gap(client, tokenizer) for client in (ours, theirs))
    name = "longest gap in a stream while 8k tokens are prefilled"
    return Figure(name, milliseconds(mine), milliseconds(other), mine / other, 0.25, "at most")


def _gap(client: Client, tokenizer: Tokenizer) -> float:
    running = client.start(prompt_of(24, 1, tokenizer), 8000)
    client.wait(lambda: len(running.times) >= 20)
    long = client.start(prompt_of(LONG_PROMPT_TOKENS, 2, tokenizer), 8)
    finish(client, long)
    gap = running.longest_gap(long.sent, long.times[0])
    client.cancel(running)
    finish(client, running)
    return gap
