"""A model that never wrote JSON writes it when it must, and nobody else is disturbed."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from mlx_lm import tokenizer_utils

from .engine import Answer, Engine, generate_frame
from .tiny import CHATML, GEMMA3, MAMBA, QWEN2, make_model

SCHEMA = {
    "type": "object",
    "properties": {
        "name": {"type": "string", "maxLength": 8},
        "tags": {"type": "array", "items": {"enum": ["red", "green"]}, "minItems": 1, "maxItems": 2},
        "age": {"type": "integer", "minimum": 0, "maximum": 120},
    },
    "required": ["name", "tags", "age"],
    "additionalProperties": False,
}
JSON = {"type": "json_schema", "value": json.dumps(SCHEMA)}
REGEX = {"type": "regex", "value": "(yes|no), [0-9]{3} times"}
GRAMMAR = {
    "type": "grammar",
    "value": 'start: sum\nsum: number ("+" number){1,3}\nnumber: /[1-9][0-9]{0,2}/',
}
GREEDY = {"max_tokens": 400}
SEEDED = {"max_tokens": 400, "temperature": 1.5, "seed": 7}
KINDS = {"plain": QWEN2, "sliding": GEMMA3, "state-space": MAMBA}


def check_person(text: str) -> None:
    person = json.loads(text)
    assert set(person) == {"name", "tags", "age"}
    assert len(person["name"]) <= 8
    assert 1 <= len(person["tags"]) <= 2
    assert set(person["tags"]) <= {"red", "green"}
    assert 0 <= person["age"] <= 120


@pytest.mark.parametrize("sampling", [GREEDY, SEEDED], ids=["greedy", "seeded"])
def test_schema_is_followed(engine: Engine, sampling: dict[str, Any]) -> None:
    answer = engine.generate(constraint=JSON, sampling=sampling)
    assert answer.reason == "stop"
    check_person(answer.text)


@pytest.mark.parametrize("seed", range(4))
def test_regex_is_followed(engine: Engine, seed: int) -> None:
    answer = engine.generate(constraint=REGEX, sampling={**SEEDED, "seed": seed})
    assert answer.reason == "stop"
    assert re.fullmatch(REGEX["value"], answer.text)


@pytest.mark.parametrize("seed", range(4))
def test_grammar_is_followed(engine: Engine, seed: int) -> None:
    answer = engine.generate(constraint=GRAMMAR, sampling={**SEEDED, "seed": seed})
    assert answer.reason == "stop"
    assert re.fullmatch(r"[1-9]\d{0,2}(\+[1-9]\d{0,2}){1,3}", answer.text)


def test_length_cuts_a_constrained_answer(engine: Engine) -> None:
    whole = engine.generate(constraint=JSON, sampling=GREEDY)
    answer = engine.generate(constraint=JSON, sampling={"max_tokens": 5})
    assert answer.reason == "length"
    assert answer.token_ids == whole.token_ids[:5]


def test_constrained_rows_run_beside_free_ones_and_change_nothing(engine: Engine) -> None:
    frames: dict[str, dict[str, Any]] = {
        "json": {"constraint": JSON, "sampling": SEEDED},
        "regex": {"constraint": REGEX, "sampling": GREEDY},
        "free": {"sampling": {"max_tokens": 60}},
        "seeded": {"sampling": {"max_tokens": 60, "temperature": 1, "seed": 3}},
    }
    alone = {row: engine.generate(row, **frame).token_ids for row, frame in frames.items()}
    for row, frame in frames.items():
        engine.send(generate_frame(row, **frame))
    together = engine.until_finished(len(frames))
    assert {row: Answer(row, ended(together, row)).token_ids for row in frames} == alone


def ended(frames: list[dict[str, Any]], row: str) -> list[dict[str, Any]]:
    last = next(i for i, frame in enumerate(frames) if frame["type"] == "finished" and frame["row"] == row)
    return frames[: last + 1]


@pytest.fixture(scope="module", params=list(KINDS.values()), ids=list(KINDS))
def another(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    with Engine() as engine:
        engine.load(make_model(tmp_path_factory.mktemp("models") / "model", request.param))
        yield engine


@pytest.mark.parametrize("sampling", [GREEDY, SEEDED], ids=["greedy", "seeded"])
def test_resumed_row_says_what_the_uninterrupted_one_says(another: Engine, sampling: dict[str, Any]) -> None:
    whole = another.generate(constraint=JSON, sampling=sampling)
    check_person(whole.text)
    for cut in (1, len(whole.token_ids) // 2, len(whole.token_ids) - 1):
        parts = whole.parts[:cut]
        text = "".join(part["text"] for part in parts)
        resume = {"token_ids": whole.token_ids[:cut], "text": text}
        rest = another.generate(constraint=JSON, sampling=sampling, resume=resume)
        assert whole.token_ids[:cut] + rest.token_ids == whole.token_ids
        assert text + rest.text == whole.text
        assert rest.reason == "stop"


def test_paused_row_goes_on_within_its_constraint(engine: Engine) -> None:
    whole = engine.generate(constraint=JSON, sampling=SEEDED)
    engine.send(generate_frame("p", constraint=JSON, sampling=SEEDED))
    frames = engine.until(lambda f: f["type"] == "step")
    engine.send({"type": "pause", "row": "p"})
    engine.send({"type": "continue", "row": "p"})
    frames += engine.until(lambda f: f["type"] == "finished" and f["row"] == "p")
    assert Answer("p", frames).token_ids == whole.token_ids


REFUSED = {
    "a schema that is no JSON": {"type": "json_schema", "value": "{"},
    "a type that is none": {"type": "json_schema", "value": '{"type": "objec"}'},
    "a keyword that would be ignored": {"type": "json_schema", "value": '{"not": {"type": "string"}}'},
    "a schema that explodes": {
        "type": "json_schema",
        "value": json.dumps(
            {
                "allOf": [
                    {"anyOf": [{"type": "object", "properties": {f"k{i}{j}": {}}} for j in range(8)]}
                    for i in range(8)
                ]
            }
        ),
    },
    "a schema too deep": {"type": "json_schema", "value": '{"items":' * 5000 + "{}" + "}" * 5000},
    "an open group": {"type": "regex", "value": "("},
    "a look-ahead": {"type": "regex", "value": "(?=a)b"},
    "an unknown rule": {"type": "grammar", "value": "start: nowhere"},
    "no grammar": {"type": "grammar", "value": "%%%"},
}


@pytest.mark.parametrize("constraint", REFUSED.values(), ids=REFUSED.keys())
def test_invalid_constraint_is_refused_before_admission(engine: Engine, constraint: dict[str, str]) -> None:
    answer = engine.generate(constraint=constraint)
    assert answer.admitted == {}
    assert answer.error["code"] == "invalid_request"
    assert answer.error["details"]["parameter"] == "constraint"
    assert len(answer.error["message"]) > 20
    # The engine is as before.
    assert engine.generate(sampling={"max_tokens": 2}).reason == "length"


def test_constraint_that_becomes_too_much_fails_its_row_alone(engine: Engine, qwen: Path) -> None:
    endless = {"type": "regex", "value": "((a{1,1000}){1,1000}){1,1000}🦜"}
    letter = tokenizer_utils.load(qwen).convert_tokens_to_ids("a")
    engine.send(generate_frame("free", sampling={"max_tokens": 200}))
    sampling = {"max_tokens": 2000, "logit_bias": {str(letter): 100}}
    failed = engine.generate("hard", constraint=endless, sampling=sampling)
    assert failed.reason == "error"
    assert "constraint" in failed.error["message"]
    assert engine.gather("free").reason == "length"


def test_resumed_ids_that_do_not_match_are_refused(engine: Engine) -> None:
    answer = engine.generate(constraint=REGEX, resume={"token_ids": [300, 301], "text": ""})
    assert answer.error["details"]["parameter"] == "constraint"


# As Hermes and Qwen write calls.
HERMES = (
    "{% if tools %}<|im_start|>system\n{{ tools | tojson }}<|im_end|>\n{% endif %}"
    + CHATML
    + "{# <tool_call> tool_call.name #}"
)
MARKERS = ["<think>", "</think>", "<tool_call>", "</tool_call>"]
TOOLS = [
    {"name": "paint", "description": "Paints.", "parameters": SCHEMA},
    {"name": "wait", "parameters": {"type": "object", "additionalProperties": False}},
]


@pytest.fixture(scope="module")
def caller(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """An engine with a model that may think, and writes calls as JSON."""
    path = make_model(tmp_path_factory.mktemp("caller") / "model", template=HERMES, markers=MARKERS)
    with Engine() as engine:
        assert engine.load(path)["receipt"]["has_tools"]
        yield engine


def paint(engine: Engine, **options: Any) -> Answer:
    frame: dict[str, Any] = {
        "tools": TOOLS,
        "tool_choice": {"name": "paint"},
        "thinking": "auto",
        "sampling": SEEDED,
    }
    return engine.generate(**{**frame, **options})


def with_reasoning_ended(sampling: dict[str, Any]) -> dict[str, Any]:
    """Added tokens follow the vocabulary of 384: the first two are the tags. Random models need a push."""
    return {**sampling, "logit_bias": {"384": 50, "385": 100}}


def test_named_tool_is_called_with_arguments_of_its_schema(caller: Engine) -> None:
    answer = paint(caller)
    assert answer.reason == "tool_calls"
    (call,) = answer.finished["tool_calls"]
    assert call["name"] == "paint"
    check_person(call["arguments"])
    assert answer.text == ""
    deltas = [delta for part in answer.parts for delta in part.get("tool_calls", [])]
    assert "".join(delta["arguments"] for delta in deltas) == call["arguments"]
    assert deltas[0]["name"] == "paint" and deltas[0]["id"] == call["id"]


def test_some_tool_is_called_when_a_call_is_required(caller: Engine) -> None:
    for seed in range(3):
        sampling = {**SEEDED, "seed": seed, "max_tokens": 1500}
        answer = paint(caller, tool_choice="required", sampling=sampling)
        assert answer.reason == "tool_calls"
        assert {call["name"] for call in answer.finished["tool_calls"]} <= {"paint", "wait"}
        assert answer.text == ""


def test_resumed_call_has_the_same_id_and_arguments(caller: Engine) -> None:
    whole = paint(caller)
    cut = len(whole.token_ids) // 2
    rest = paint(caller, resume={"token_ids": whole.token_ids[:cut], "text": ""})
    assert rest.finished["tool_calls"] == whole.finished["tool_calls"]
    assert whole.token_ids[:cut] + rest.token_ids == whole.token_ids


def test_constraint_begins_after_the_reasoning(caller: Engine) -> None:
    sampling = with_reasoning_ended(GREEDY)
    answer = caller.generate(constraint=REGEX, sampling=sampling)
    assert answer.token_ids[:2] == [384, 385]
    assert re.fullmatch(REGEX["value"], answer.text)
    assert answer.finished["usage"]["reasoning_tokens"] == 2
    straight = caller.generate(constraint=REGEX, sampling={**GREEDY, "logit_bias": {"384": -100}})
    assert re.fullmatch(REGEX["value"], straight.text)
    assert straight.finished["usage"]["reasoning_tokens"] == 0


def test_reasoning_does_not_end_the_answer_that_a_constraint_asks_for(caller: Engine) -> None:
    ends = {"384": 100, "2": 90, "0": 90}
    answer = caller.generate(constraint=REGEX, sampling={"max_tokens": 12, "logit_bias": ends})
    assert answer.reason == "length"
    assert answer.finished["usage"]["reasoning_tokens"] == 12


@pytest.mark.parametrize(
    ("options", "parameter"),
    [
        ({"tool_choice": {"name": "sing"}}, "tool_choice"),
        ({"tools": [], "tool_choice": "required"}, "tool_choice"),
        ({"tool_choice": "auto", "constraint": REGEX}, "constraint"),
        ({"constraint": REGEX}, "constraint"),
        ({"tools": [{"name": "paint", "parameters": {"type": "objec"}}]}, "tools"),
    ],
)
def test_contradictions_are_refused_by_name(caller: Engine, options: dict[str, Any], parameter: str) -> None:
    answer = paint(caller, **options)
    assert answer.error["code"] == "invalid_request"
    assert answer.error["details"]["parameter"] == parameter


def test_tools_are_not_shown_to_the_model_when_none_may_be_called(caller: Engine) -> None:
    none = paint(caller, tool_choice="none", sampling={"max_tokens": 2})
    without = caller.generate(sampling={"max_tokens": 2})
    assert none.admitted["prompt_hash"] == without.admitted["prompt_hash"]


MISTRAL = (
    "{% if tools %}[AVAILABLE_TOOLS]{{ tools | tojson }}[/AVAILABLE_TOOLS]{% endif %}"
    + CHATML
    + "{# [TOOL_CALLS] FORMAT #}"
)
OTHERS = {
    "mistral headers": (MISTRAL.replace("FORMAT", "[ARGS]"), ["[TOOL_CALLS]", "[ARGS]"]),
    "mistral list": (MISTRAL.replace("FORMAT", ""), ["[TOOL_CALLS]"]),
    "kimi": (
        MISTRAL.replace("[TOOL_CALLS] FORMAT", "<|tool_calls_section_begin|>"),
        ["<|tool_calls_section_begin|>", "<|tool_calls_section_end|>"]
        + [f"<|tool_call_{part}|>" for part in ("begin", "end", "argument_begin")],
    ),
}


@pytest.mark.parametrize(("template", "markers"), OTHERS.values(), ids=OTHERS.keys())
@pytest.mark.parametrize("choice", [{"name": "paint"}, "required"], ids=["named", "required"])
def test_calls_can_be_required_in_other_json_formats(
    tmp_path: Path, template: str, markers: list[str], choice: Any
) -> None:
    with Engine() as engine:
        engine.load(make_model(tmp_path / "model", template=template, markers=markers))
        sampling = {**SEEDED, "max_tokens": 1500}
        answer = paint(engine, tool_choice=choice, sampling=sampling)
        assert answer.reason == "tool_calls"
        calls = answer.finished["tool_calls"]
        assert calls and {call["name"] for call in calls} <= {"paint", "wait"}
        for call in calls:
            if call["name"] == "paint":
                check_person(call["arguments"])


def test_call_in_a_format_without_json_cannot_be_required(tmp_path: Path) -> None:
    with Engine() as engine:
        template = MISTRAL.replace("[TOOL_CALLS] FORMAT", "<|tool_list_start|>")
        engine.load(make_model(tmp_path / "model", template=template))
        answer = paint(engine, tool_choice="required")
        assert answer.error["details"]["parameter"] == "tool_choice"
        assert "pythonic" in answer.error["message"]
