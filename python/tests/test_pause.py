"""A reader that is behind costs its own row time and nothing else: no token lost, none changed."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from .engine import Answer, Engine, Frame, generate_frame
from .tiny import GEMMA3, MAMBA, QWEN2, make_model

KINDS = {"plain": QWEN2, "sliding": GEMMA3, "state-space": MAMBA}
ENDLESS = {"logit_bias": {"0": -100, "2": -100}}
SAMPLINGS: dict[str, Frame] = {
    "greedy": {"max_tokens": 300, **ENDLESS},
    "seeded": {
        "max_tokens": 300,
        "temperature": 1,
        "seed": 5,
        "top_p": 0.9,
        "frequency_penalty": 0.5,
        **ENDLESS,
    },
}


@pytest.fixture(scope="module", params=list(KINDS.values()), ids=list(KINDS))
def any_engine(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    model = make_model(tmp_path_factory.mktemp("pause") / "model", request.param)
    with Engine() as engine:
        assert engine.load(model)["type"] == "loaded"
        yield engine


def said(frame: Frame, row: str) -> bool:
    return frame["type"] == "step" and any(part["row"] == row for part in frame["rows"])


def until_said(engine: Engine, row: str, count: int) -> list[Frame]:
    frames: list[Frame] = []
    for _ in range(count):
        frames += engine.until(lambda f: said(f, row))
    return frames


def pause(engine: Engine, row: str) -> list[Frame]:
    """What the engine still says until it has paused the row."""
    engine.send({"type": "pause", "row": row})
    engine.send({"type": "ping", "id": "paused"})
    frames = engine.until(lambda f: f["type"] == "pong")
    assert frames[-1]["paused"] == 1
    return frames


@pytest.mark.parametrize("sampling", list(SAMPLINGS.values()), ids=list(SAMPLINGS))
def test_paused_answer_goes_on_as_if_nothing_had_happened(any_engine: Engine, sampling: Frame) -> None:
    engine = any_engine
    whole = engine.generate(sampling=sampling)
    engine.send(
        generate_frame("other", "Something longer than that.", sampling={"max_tokens": 1900, **ENDLESS})
    )
    engine.send(generate_frame("r", sampling=sampling))
    frames: list[Frame] = []
    for _ in range(3):
        frames += until_said(engine, "r", 7) + pause(engine, "r")
        apart = until_said(engine, "other", 5)
        assert not any(said(frame, "r") for frame in apart)
        engine.send({"type": "continue", "row": "r"})
        frames += apart
    frames += engine.until(lambda f: f["type"] == "finished" and f["row"] == "r")
    answer = Answer("r", frames)
    assert answer.token_ids == whole.token_ids
    assert answer.text == whole.text
    engine.send({"type": "cancel", "row": "other"})
    engine.gather("other")


def test_lone_paused_answer_leaves_the_engine_idle_and_goes_on(any_engine: Engine) -> None:
    engine = any_engine
    whole = engine.generate(sampling={"max_tokens": 300, **ENDLESS})
    engine.send(generate_frame("r", sampling={"max_tokens": 300, **ENDLESS}))
    frames = until_said(engine, "r", 10) + pause(engine, "r")
    # A pong of an idle engine: nothing comes between the two.
    assert engine.reply({"type": "ping", "id": "p"})["rows"] == 1
    engine.send({"type": "continue", "row": "r"})
    frames += engine.until(lambda f: f["type"] == "finished")
    assert Answer("r", frames).token_ids == whole.token_ids


def test_prompt_that_is_paused_is_not_fed_and_goes_on_where_it_was(engine: Engine) -> None:
    ids = [11 + index % 200 for index in range(3900)]
    engine.send(generate_frame("talks", sampling={"max_tokens": 2000, **ENDLESS}))
    engine.until(lambda f: f["type"] == "step")
    engine.send(generate_frame("long", prompt_token_ids=ids, sampling={"max_tokens": 5, **ENDLESS}))
    frames = engine.until(lambda f: f["type"] == "prefill" and f["row"] == "long")
    frames += pause(engine, "long")
    done = [f["done"] for f in frames if f["type"] == "prefill" and f["row"] == "long"][-1]
    assert done < 3900
    apart = until_said(engine, "talks", 5)
    assert not any(f["type"] == "prefill" for f in apart)
    engine.send({"type": "continue", "row": "long"})
    frames = engine.until(lambda f: f["type"] == "finished" and f["row"] == "long")
    assert next(f["done"] for f in frames if f["type"] == "prefill") > done
    assert len(Answer("long", frames).token_ids) == 5
    engine.send({"type": "cancel", "row": "talks"})
    engine.gather("talks")


def test_paused_row_can_be_cancelled_and_its_work_is_kept(engine: Engine) -> None:
    content = "Keep this, please: the engine answers questions about code. " * 3
    engine.send(generate_frame("r", content, sampling={"max_tokens": 500, **ENDLESS}))
    until_said(engine, "r", 5)
    pause(engine, "r")
    engine.send({"type": "cancel", "row": "r"})
    assert engine.gather("r").reason == "cancelled"
    idle = engine.reply({"type": "ping", "id": "p"})
    assert (idle["rows"], idle["paused"], idle["kv_bytes"]) == (0, 0, 0)
    again = engine.generate(content=content)
    assert again.finished["usage"]["cached_tokens"] == again.finished["usage"]["prompt_tokens"] - 1


def test_pausing_twice_or_what_is_unknown_is_harmless(engine: Engine) -> None:
    for kind in ("pause", "continue"):
        engine.send({"type": kind, "row": "nobody"})
    engine.send(generate_frame("r", sampling={"max_tokens": 300, **ENDLESS}))
    until_said(engine, "r", 3)
    pause(engine, "r")
    pause(engine, "r")
    for _ in range(2):
        engine.send({"type": "continue", "row": "r"})
    assert engine.gather("r").reason == "length"
    engine.send({"type": "pause", "row": "r"})
    engine.until_logged("an unknown row to pause")
    assert engine.reply({"type": "ping", "id": "p"})["rows"] == 0


def test_unload_ends_paused_rows(qwen: Path) -> None:
    with Engine() as engine:
        engine.load(qwen)
        engine.send(generate_frame("r", sampling={"max_tokens": 500, **ENDLESS}))
        until_said(engine, "r", 3)
        pause(engine, "r")
        engine.send({"type": "unload", "id": "u"})
        frames = engine.until(lambda f: f["type"] == "unloaded")
        assert [f["finish_reason"] for f in frames if f["type"] == "finished"] == ["cancelled"]
        assert engine.load(qwen)["type"] == "loaded"
        assert engine.generate().reason == "length"


def test_memory_of_rows_is_told_paused_ones_included(engine: Engine) -> None:
    engine.send(generate_frame("a", prompt_token_ids=[5] * 1500, sampling={"max_tokens": 2000, **ENDLESS}))
    engine.send(generate_frame("b", prompt_token_ids=[6] * 1500, sampling={"max_tokens": 2000, **ENDLESS}))
    until_said(engine, "a", 1)
    until_said(engine, "b", 1)
    running = engine.reply({"type": "ping", "id": "p"})
    pause(engine, "a")
    paused = engine.reply({"type": "ping", "id": "p"})
    for pong in (running, paused):
        # Two layers of keys and values for one head of 32 float32 each.
        assert pong["kv_useful_bytes"] >= 2 * 1500 * 2 * 2 * 32 * 4
        assert pong["kv_useful_bytes"] <= pong["kv_bytes"] <= 1.5 * pong["kv_useful_bytes"]
    assert (running["paused"], paused["paused"], paused["rows"]) == (0, 1, 2)
    for row in "ab":
        engine.send({"type": "cancel", "row": row})
    engine.until_finished(2)
    assert engine.reply({"type": "ping", "id": "p"})["prefix_bytes"] > 0


def until_idle(engine: Engine) -> None:
    """Wait until the engine has used no processor for a while."""
    used, since = -1, time.monotonic()
    while time.monotonic() - since < 0.5:
        # Fields 14 and 15: time in the program and in the system for it.
        fields = Path(f"/proc/{engine.process.pid}/stat").read_text().rpartition(")")[2].split()
        so_far = int(fields[11]) + int(fields[12])
        if so_far != used:
            used, since = so_far, time.monotonic()
        time.sleep(0.05)


def test_nothing_is_lost_on_a_daemon_that_stops_reading(qwen: Path) -> None:
    sampling = {"max_tokens": 500, "logprobs": True, "top_logprobs": 20, **ENDLESS}
    with Engine() as engine:
        engine.load(qwen)
        for index in range(24):
            ids = [20 + index, *range(30, 50)]
            engine.send(generate_frame(str(index), prompt_token_ids=ids, sampling=sampling))
        engine.until_logged("all rows wait")
        until_idle(engine)
        engine.send({"type": "ping", "id": "p"})
        frames = engine.until(lambda f: f["type"] == "pong")
        assert not any(frame["type"] == "finished" for frame in frames)
        frames += engine.until_finished(24)
        engine.until_logged("the rows go on")
    for index in range(24):
        row = str(index)
        end = next(i for i, f in enumerate(frames) if f["type"] == "finished" and f["row"] == row)
        answer = Answer(row, frames[: end + 1])
        assert answer.reason == "length"
        assert len(answer.token_ids) == 500
