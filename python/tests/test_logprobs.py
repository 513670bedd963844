"""Log-probabilities and sampling parameters at the engine's door."""

import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import mlx.core as mx
import pytest

from mlx_worker.loader import load_model
from mlx_worker.protocol import Load

from .engine import Answer, Engine, Frame, generate_frame


@pytest.fixture(scope="module")
def engine(qwen: Path) -> Iterator[Engine]:
    with Engine() as engine:
        assert engine.load(qwen)["type"] == "loaded"
        yield engine


PROMPT = [5, 9, 200, 31, 7, 7, 120, 64, 300, 12]
CHANGED = {
    "logit_bias": {"5": 3.0, "200": -100},
    "repetition_penalty": 1.3,
    "presence_penalty": 2,
    "frequency_penalty": -2,
}
SEEDED = {"temperature": 1.1, "seed": 9}
PARAMETERS: list[dict[str, Any]] = [
    {},
    *({name: value} for name, value in CHANGED.items()),
    CHANGED,
    SEEDED,
    {**SEEDED, "top_k": 12},
    {**SEEDED, "top_p": 0.8, "min_p": 0.02},
    {**SEEDED, "xtc_probability": 0.6, "xtc_threshold": 0.02},
    {**SEEDED, **CHANGED, "top_k": 30, "top_p": 0.9},
]


def ask(row: str = "r", prompt: list[int] = PROMPT, **sampling: Any) -> Frame:
    return generate_frame(row, prompt_token_ids=prompt, sampling={"max_tokens": 60, **sampling})


def said(frames: list[Frame], row: str) -> list[int]:
    parts = [part for f in frames if f["type"] == "step" for part in f["rows"] if part["row"] == row]
    return [token for part in parts for token in part["token_ids"]]


@pytest.fixture(scope="module")
def alone(engine: Engine) -> list[list[int]]:
    """What each set of parameters says when nothing else runs."""
    answers = []
    for sampling in PARAMETERS:
        engine.send(ask(**sampling))
        answers.append(engine.gather().token_ids)
    return answers


def test_every_parameter_changes_the_answer(alone: list[list[int]]) -> None:
    assert len(set(map(tuple, alone))) == len(alone)


def test_answers_are_the_same_in_one_batch(engine: Engine, alone: list[list[int]]) -> None:
    for index, sampling in enumerate(PARAMETERS):
        engine.send(ask(f"r{index}", **sampling))
    frames = engine.until_finished(len(PARAMETERS))
    assert [said(frames, f"r{index}") for index in range(len(PARAMETERS))] == alone


@pytest.mark.parametrize("cut", [1, 7, 29])
def test_answers_go_on_as_if_never_interrupted(engine: Engine, alone: list[list[int]], cut: int) -> None:
    for sampling, whole in zip(PARAMETERS, alone, strict=True):
        resume = {"token_ids": whole[:cut], "text": ""}
        engine.send({**ask(**sampling), "resume": resume})
        assert whole[:cut] + engine.gather().token_ids == whole


def log_probabilities(qwen: Path, ids: list[int]) -> list[list[float]]:
    """The model's own, after each of the ids, by one plain forward pass."""
    model = load_model(Load("1", str(qwen)), lambda done, stage: None).model
    logits = model(mx.array([ids])).astype(mx.float32)[0]
    values: Any = (logits - mx.logsumexp(logits, axis=-1, keepdims=True)).tolist()
    return values


@pytest.mark.parametrize("sampling", [{}, {**SEEDED, **CHANGED, "top_k": 5}], ids=["greedy", "changed"])
def test_log_probabilities_are_those_of_a_plain_forward_pass(
    engine: Engine, qwen: Path, sampling: dict[str, Any]
) -> None:
    answer = engine.generate(
        prompt_token_ids=PROMPT, sampling={"logprobs": True, "top_logprobs": 3, **sampling}
    )
    wanted = log_probabilities(qwen, PROMPT + answer.token_ids)[len(PROMPT) - 1 :]
    entries = [entry for part in answer.parts for entry in part["logprobs"]]
    assert [entry["token_id"] for entry in entries] == answer.token_ids
    for entry, row in zip(entries, wanted, strict=False):
        assert entry["logprob"] == pytest.approx(row[entry["token_id"]], abs=1e-3)
        best = sorted(row, reverse=True)[:3]
        assert [other["logprob"] for other in entry["top"]] == pytest.approx(best, abs=1e-3)
        assert all(
            other["logprob"] == pytest.approx(row[other["token_id"]], abs=1e-3) for other in entry["top"]
        )


def test_bytes_of_log_probabilities_spell_the_text(engine: Engine) -> None:
    answer = engine.generate(sampling={"logprobs": True, "max_tokens": 60})
    spelled = b"".join(bytes(entry["bytes"]) for part in answer.parts for entry in part["logprobs"])
    assert spelled.decode(errors="replace").startswith(answer.text)
    assert all(entry["top"] == [] for part in answer.parts for entry in part["logprobs"])


def test_withheld_text_has_its_log_probabilities_at_once(engine: Engine) -> None:
    free = engine.generate(sampling={"max_tokens": 12})
    stop = free.text[3:] + "never"
    held = engine.generate(sampling={"max_tokens": 12, "stop": [stop], "logprobs": True})
    assert any(part["text"] == "" for part in held.parts)
    assert all(len(part["logprobs"]) == len(part["token_ids"]) for part in held.parts)


def test_rows_that_do_not_ask_are_told_nothing(engine: Engine) -> None:
    engine.send(ask("asks", logprobs=True, top_logprobs=1))
    engine.send(ask("quiet"))
    frames = engine.until_finished(2)
    parts = [part for f in frames if f["type"] == "step" for part in f["rows"]]
    assert all("logprobs" not in part for part in parts if part["row"] == "quiet")
    told = [entry["token_id"] for part in parts if part["row"] == "asks" for entry in part["logprobs"]]
    assert told == said(frames, "asks") == said(frames, "quiet")


@pytest.mark.parametrize(
    ("sampling", "name"),
    [
        ({"logit_bias": {"5": 1, "384": 1}}, "logit_bias"),
        ({"top_logprobs": 2}, "top_logprobs"),
        ({"xtc_probability": 0.5}, "xtc_probability"),
        ({"xtc_threshold": 0.2, "temperature": 1}, "xtc_threshold"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_contradiction_is_refused_by_name(engine: Engine, sampling: dict[str, Any], name: str) -> None:
    answer: Answer = engine.generate(sampling=sampling)
    assert answer.error["code"] == "invalid_request"
    assert answer.error["details"] == {"parameter": f"sampling.{name}"}
    assert not answer.admitted
    assert engine.generate().reason == "length"


def test_a_bias_of_minus_a_hundred_bans_a_token(engine: Engine) -> None:
    free = engine.generate(prompt_token_ids=PROMPT)
    banned = free.token_ids[0]
    answer = engine.generate(prompt_token_ids=PROMPT, sampling={"logit_bias": {str(banned): -100}})
    assert banned not in answer.token_ids
    assert not math.isclose(len(answer.token_ids), 0)
