"""Guessing ahead as the daemon sees it: fewer step frames, and a receipt."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from .copier import make_copier
from .engine import Answer, Engine, Frame, generate_frame
from .tiny import GEMMA3, QWEN2, make_model

LENGTH = 200
# Also while the machine is busy, a step that says 16 tokens beats 16 steps on a model this small.
CLEARLY = 1.2


class Copying:
    """An engine whose model says a fixed text, asked to go on with a prompt that holds most of it."""

    def __init__(self, engine: Engine, text: list[int]) -> None:
        self.engine = engine
        changed = [13 if index % 25 == 24 else token for index, token in enumerate(text)]
        self.asked: Frame = {
            "prompt_token_ids": changed + text[:3],
            "sampling": {"max_tokens": LENGTH, "temperature": 0.5, "seed": 3},
        }
        self.said = text[3 : 3 + LENGTH]

    def generate(self, **frame: Any) -> Answer:
        asked: dict[str, Any] = {**self.asked, **frame}
        return self.engine.generate(**asked)


def said_by(row: str, frames: list[Frame]) -> list[int]:
    parts = [part for frame in frames if frame["type"] == "step" for part in frame["rows"]]
    return [token for part in parts if part["row"] == row for token in part["token_ids"]]


@pytest.fixture(scope="module")
def copying(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Copying]:
    path = tmp_path_factory.mktemp("copier") / "model"
    text = make_copier(path)
    with Engine() as engine:
        assert engine.load(path)["type"] == "loaded"
        yield Copying(engine, text)


def test_copied_text_comes_in_few_steps_and_the_receipt_tells_the_gain(copying: Copying) -> None:
    answer = copying.generate()
    assert answer.token_ids == copying.said
    assert len(answer.parts) < LENGTH / 2
    assert answer.text == copying.generate(speculation="off").text
    receipt = answer.finished["speculation"]
    assert receipt["method"] == "prompt_lookup"
    assert receipt["accepted_tokens"] == LENGTH - len(answer.parts)
    assert receipt["accepted_tokens"] <= receipt["drafted_tokens"]
    assert receipt["gain"] > CLEARLY
    assert answer.finished["usage"]["completion_tokens"] == LENGTH


def test_speculation_off_takes_single_steps(copying: Copying) -> None:
    answer = copying.generate(speculation="off")
    assert answer.token_ids == copying.said
    assert [len(part["token_ids"]) for part in answer.parts] == [1] * LENGTH
    assert answer.finished["speculation"] is None


def test_stop_string_inside_a_right_run_ends_the_answer_there(copying: Copying) -> None:
    whole = copying.generate(speculation="off")
    for place in (40, 61, 97, 130):
        stop = "".join(part["text"] for part in whole.parts[place : place + 3])
        sampling = {**copying.asked["sampling"], "stop": [stop]}
        wanted = copying.generate(speculation="off", sampling=sampling)
        answer = copying.generate(sampling=sampling)
        assert answer.reason == "stop"
        assert answer.text == wanted.text
        assert answer.token_ids == wanted.token_ids
        assert answer.finished["usage"] == {
            **wanted.finished["usage"],
            "cached_tokens": answer.finished["usage"]["cached_tokens"],
        }


def test_cancel_and_pause_are_heard_between_two_steps(copying: Copying) -> None:
    engine = copying.engine
    engine.send(generate_frame("r", **copying.asked))
    frames = engine.until(lambda f: f["type"] == "step" and len(f["rows"][0]["token_ids"]) > 1)
    engine.send({"type": "pause", "row": "r"})
    engine.send({"type": "ping", "id": "p"})
    frames += engine.until(lambda f: f["type"] == "pong")
    assert frames[-1]["paused"] == 1
    engine.send({"type": "continue", "row": "r"})
    frames += engine.until(lambda f: f["type"] in ("step", "finished"))
    engine.send({"type": "cancel", "row": "r"})
    if frames[-1]["type"] != "finished":
        frames += engine.until(lambda f: f["type"] == "finished")
    answer = Answer("r", frames)
    assert answer.token_ids == copying.said[: len(answer.token_ids)]
    assert engine.reply({"type": "ping", "id": "p"})["rows"] == 0


def test_answer_cut_anywhere_is_resumed_to_the_same_text(copying: Copying) -> None:
    whole = copying.generate()
    for cut in (1, 30, 120):
        ids = whole.token_ids[:cut]
        sampling = {**copying.asked["sampling"], "max_tokens": cut}
        said = copying.generate(sampling=sampling, speculation="off").text
        rest = copying.generate(resume={"token_ids": ids, "text": said})
        assert ids + rest.token_ids == whole.token_ids
        assert said + rest.text == whole.text


def test_second_row_is_answered_while_the_first_guesses(copying: Copying) -> None:
    engine = copying.engine
    engine.send(generate_frame("a", **copying.asked))
    engine.until(lambda f: f["type"] == "step" and len(f["rows"][0]["token_ids"]) > 1)
    asked: dict[str, Any] = {**copying.asked, "sampling": {**copying.asked["sampling"], "max_tokens": 20}}
    engine.send(generate_frame("b", **asked))
    frames = engine.until_finished(2)
    said = {row: said_by(row, frames) for row in "ab"}
    assert said["b"] == copying.said[:20]
    assert said["a"] == copying.said[-len(said["a"]) :]


def test_draft_model_is_loaded_beside_the_other_and_counted(tmp_path: Path) -> None:
    large = make_model(tmp_path / "large", {**QWEN2, "num_hidden_layers": 4})
    small = make_model(tmp_path / "small", {**QWEN2, "num_hidden_layers": 1})
    with Engine() as engine:
        alone = engine.load(large)["receipt"]
        engine.unload()
        both = engine.load(large, draft_path=str(small))["receipt"]
        answer = engine.generate()
        single = engine.generate(speculation="off")
    assert alone["draft_parameters"] is None
    assert 0 < both["draft_parameters"] < both["parameters"] == alone["parameters"]
    assert both["weights_bytes"] == alone["weights_bytes"] + 4 * both["draft_parameters"]
    assert both["kv_bytes_per_token"] == alone["kv_bytes_per_token"] * 5 // 4
    assert both["model_hash"] == alone["model_hash"]
    assert answer.token_ids == single.token_ids


def test_draft_model_that_cannot_serve_is_refused_by_name(qwen: Path, tmp_path: Path) -> None:
    other = make_model(tmp_path / "other", markers=("<think>",))
    window = make_model(tmp_path / "window", GEMMA3)
    with Engine() as engine:
        for path, code in (
            (other, "model_invalid"),
            (window, "model_unsupported"),
            (tmp_path / "none", "model_invalid"),
        ):
            error = engine.load(qwen, draft_path=str(path))["error"]
            assert error["code"] == code
            assert "draft model" in error["message"]
            assert error["details"]["draft"] is True
        assert engine.load(qwen)["type"] == "loaded"
