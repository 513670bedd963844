"""Many streams at once, and what a long prompt does to a stream that runs, beside mlx_lm.server."""

from collections.abc import Iterator
from pathlib import Path

from tokenizers import Tokenizer

from tests.engine import Engine

from .figure import Figure, Patience, median, milliseconds, per_second
from .models import TEN_MILLISECONDS, make_endless, prompt_of, tokenizer_of
from .peer import SAME_ENVIRONMENT, serve
from .streams import Client, EngineClient, Stream, finish, steady_rate, whole_rate

STREAMS = (2, 4, 8, 16)
TOKENS = 100
LONG_PROMPT_TOKENS = 8192


def figures(folder: Path, patience: Patience) -> Iterator[Figure]:
    model = make_endless(folder / "ten", TEN_MILLISECONDS)
    tokenizer = tokenizer_of(model)
    with Engine() as engine, serve(model, SAME_ENVIRONMENT) as theirs:
        engine.load(model)
        ours = EngineClient(engine)
        finish(ours, ours.start("Warm up.", 8))
        for streams in STREAMS:
            yield from _aggregate(ours, theirs, streams, tokenizer, patience)
        yield _longest_gap(ours, theirs, tokenizer)


def _aggregate(
    ours: Client, theirs: Client, streams: int, tokenizer: Tokenizer, patience: Patience
) -> Iterator[Figure]:
    steady: tuple[list[float], list[float]] = ([], [])
    whole: tuple[list[float], list[float]] = ([], [])
    for turn in patience.turns(5, share=0.18):
        clients = list(enumerate((ours, theirs)))
        # In turn first: whatever else the machine does then hits both alike.
        for side, client in clients if turn % 2 else clients[::-1]:
            prompts = [prompt_of(24, 1000 * turn + number, tokenizer) for number in range(streams)]
            asked = [client.start(prompt, TOKENS) for prompt in prompts]
            finish(client, *asked)
            _check(asked)
            steady[side].append(steady_rate(asked))
            whole[side].append(whole_rate(asked))
    for name, rates in (("while all stream", steady), ("request to end", whole)):
        mine, other = median(rates[0]), median(rates[1])
        ratio = median([a / b for a, b in zip(*rates, strict=True)])
        yield Figure(f"{streams} streams, {name}", per_second(mine), per_second(other), ratio, 1.0)


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
