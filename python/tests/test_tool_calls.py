"""Every call format that mlx_lm reads, written by scripted ids, arrives the same however it is cut."""

import json
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from mlx_lm import tokenizer_utils

from mlx_worker.channels import channel_format
from mlx_worker.detokenizer import TokenBytes, characters
from mlx_worker.limited_parser import PARSE_SECONDS
from mlx_worker.protocol import Tool
from mlx_worker.row_text import RowText, Said
from mlx_worker.tool_calls import MAX_CALL_CHARACTERS, CallReader, parser_name

from .tiny import CHATML, make_tokenizer

WEATHER = Tool(
    "get_weather",
    "The weather.",
    {"type": "object", "properties": {"city": {"type": "string"}, "days": {"type": "integer"}}},
)
TOOLS = [WEATHER, Tool("now")]
CALL = {"city": 'Köln "am Rhein" 🙂', "days": 3}
SIMPLE = {"city": "Köln", "days": 3}


@dataclass
class Written:
    """A call as a model writes it, what mlx_lm looks for in templates, and the tokens it is made of."""

    text: str
    arguments: dict[str, Any]
    template: str = ""
    markers: list[str] = field(default_factory=list)


def json_call(arguments: dict[str, Any]) -> str:
    return json.dumps({"name": "get_weather", "arguments": arguments}, ensure_ascii=False)


FORMATS = {
    "json_tools": Written(
        f"<tool_call>\n{json_call(CALL)}\n</tool_call>",
        CALL,
        "<tool_call> tool_call.name",
        ["<tool_call>", "</tool_call>"],
    ),
    "longcat": Written(
        f"<longcat_tool_call>{json_call(CALL)}</longcat_tool_call>", CALL, "<longcat_tool_call>"
    ),
    "mistral": Written(
        f"[TOOL_CALLS]get_weather[ARGS]{json.dumps(CALL)}", CALL, "[TOOL_CALLS]", ["[TOOL_CALLS]", "[ARGS]"]
    ),
    "glm47": Written(
        "<tool_call>get_weather\n<arg_key>city</arg_key>\n<arg_value>Köln</arg_value>\n"
        "<arg_key>days</arg_key>\n<arg_value>3</arg_value>\n</tool_call>",
        SIMPLE,
        "<arg_key>",
    ),
    "pythonic": Written(
        '<|tool_call_start|>[get_weather(city="Köln", days=3)]<|tool_call_end|>',
        SIMPLE,
        "<|tool_list_start|>",
        ["<|tool_call_start|>", "<|tool_call_end|>"],
    ),
    "qwen3_coder": Written(
        "<tool_call>\n<function=get_weather>\n<parameter=city>\nKöln\n</parameter>\n<parameter=days>\n3\n"
        "</parameter>\n</function></tool_call>",
        SIMPLE,
        "<tool_call>\n<function=",
        ["<tool_call>", "</tool_call>"],
    ),
    "kimi_k2": Written(
        "<|tool_calls_section_begin|><|tool_call_begin|>functions.get_weather:0<|tool_call_argument_begin|>"
        f"{json.dumps(CALL)}<|tool_call_end|><|tool_calls_section_end|>",
        CALL,
        "<|tool_calls_section_begin|>",
    ),
    "kimi_k3": Written(
        '<|open|>tools<|sep|><|open|>call tool="get_weather" index="1"<|sep|><|open|>argument key="city" '
        'type="string"<|sep|>Köln<|close|>argument<|sep|><|open|>argument key="days" type="number"<|sep|>3'
        "<|close|>argument<|sep|><|close|>call<|sep|><|close|>tools<|sep|>",
        SIMPLE,
        "",
        ["<|open|>", "<|close|>", "<|sep|>", "<|end_of_msg|>"],
    ),
    "minicpm5": Written(
        '<function name="get_weather"><param name="city"><![CDATA[Köln]]></param><param name="days">3</param>'
        "</function>",
        SIMPLE,
        '<function name=" <param name="',
    ),
    "minimax_m2": Written(
        '<minimax:tool_call>\n<invoke name="get_weather">\n<parameter name="city">Köln</parameter>\n'
        '<parameter name="days">3</parameter>\n</invoke>\n</minimax:tool_call>',
        SIMPLE,
        "<minimax:tool_call>",
    ),
    "gemma4": Written(
        '<|tool_call>call:get_weather{city:<|"|>Köln<|"|>,days:3}<tool_call|>',
        SIMPLE,
        "<|tool_call> <tool_call|>",
        ["<|tool_call>", "<tool_call|>", '<|"|>'],
    ),
    "function_gemma": Written(
        "<start_function_call>call:get_weather{city:<escape>Köln<escape>,days:3}<end_function_call>",
        SIMPLE,
        "<start_function_call>",
    ),
    "muse_spark": Written(
        '<atem:function_calls><atem:invoke name="get_weather"><atem:parameter name="city">Köln'
        '</atem:parameter><atem:parameter name="days">3</atem:parameter></atem:invoke></atem:function_calls>',
        SIMPLE,
        "<atem:function_calls>",
    ),
}
# Without an end marker, the rest of the answer is the call.
ENDLESS = {"mistral"}


def test_every_format_of_mlx_lm_is_here() -> None:
    folder = Path(tokenizer_utils.__file__).parent / "tool_parsers"
    # laguna is glm47 under another name.
    assert {file.stem for file in folder.glob("*.py")} - {"__init__", "laguna"} == set(FORMATS)


class Model:
    """A real tokenizer that mlx_lm takes for one of a model with this call format."""

    def __init__(self, path: Path, written: Written) -> None:
        template = CHATML + "{# " + written.template + " #}"
        make_tokenizer(path, template, [*written.markers, "<think>", "</think>"])
        self.wrapper = tokenizer_utils.load(path)
        self.bytes = TokenBytes(self.wrapper._tokenizer, {"type": "ByteLevel"})

    def text(self, source: Any = None, tools: list[Tool] = TOOLS, stop: list[str] | None = None) -> RowText:
        return RowText(
            source or characters(self.bytes, self.wrapper._tokenizer),
            channel_format(self.wrapper, tools=bool(tools)),
            stop or [],
            calls=CallReader(self.wrapper, tools, "salt"),
        )

    def ids(self, text: str) -> list[int]:
        return self.wrapper.encode(text, add_special_tokens=False)


@pytest.fixture(scope="module", params=list(FORMATS))
def kind(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture(scope="module")
def model(kind: str, tmp_path_factory: pytest.TempPathFactory) -> Model:
    model = Model(tmp_path_factory.mktemp(kind), FORMATS[kind])
    assert parser_name(model.wrapper) == kind
    return model


class Pieces:
    """Text cut in the places a test wants; the id is the place of the piece."""

    def __init__(self, pieces: list[str]) -> None:
        self.pieces = pieces

    def push(self, token: int) -> str:
        return self.pieces[token]

    def finish(self) -> str:
        return ""


def said(text: RowText, ids: list[int]) -> Said:
    """All that a whole answer says."""
    whole = Said()
    for token in ids:
        whole = whole.add(text.push(token))
    return whole.add(text.finish(complete=True))


def cut(model: Model, pieces: list[str], **options: Any) -> tuple[Said, RowText]:
    text = model.text(Pieces(pieces), **options)
    return said(text, list(range(len(pieces)))), text


def check_deltas(whole: Said, text: RowText) -> None:
    """The pieces of each call put together are the call."""
    for index, call in enumerate(text.calls):
        pieces = [delta for delta in whole.tool_calls if delta.index == index]
        assert [(pieces[0].id, pieces[0].name)] == [(call.id, call.name)]
        assert "".join(delta.arguments for delta in pieces) == call.arguments


def test_call_written_by_ids_is_a_call_and_no_text(model: Model, kind: str) -> None:
    text = model.text()
    whole = said(text, model.ids("Let me look.\n" + FORMATS[kind].text))
    (call,) = text.calls
    assert call.name == "get_weather"
    assert json.loads(call.arguments) == FORMATS[kind].arguments
    assert whole.text == "Let me look."
    assert whole.reasoning == ""
    check_deltas(whole, text)


def test_cut_anywhere_says_the_same_as_at_once(model: Model, kind: str) -> None:
    written = f"<think>\nWhy?\n</think>\n\nFirst.\n\n{FORMATS[kind].text}"
    if kind not in ENDLESS:
        written += f"\n{FORMATS[kind].text}\nDone.\n"
    expected, at_once = cut(model, [written])
    assert len(at_once.calls) == (1 if kind in ENDLESS else 2)
    ways = [[written[:at], written[at:]] for at in range(1, len(written))]
    for pieces in [*ways, list(written), [written[at : at + 7] for at in range(0, len(written), 7)]]:
        whole, text = cut(model, pieces)
        assert (whole.text, whole.reasoning) == (expected.text, expected.reasoning)
        assert text.calls == at_once.calls
        check_deltas(whole, text)


BROKEN = {
    "json_tools": "{not json",
    "longcat": "no call",
    "mistral": "nothing of the kind",
    "glm47": "not offered at all",
    "pythonic": "[import os]",
    "qwen3_coder": "<function>",
    "kimi_k2": "nothing",
    "kimi_k3": "nothing",
    "minicpm5": "",
    "minimax_m2": "nothing",
    "gemma4": "call:",
    "function_gemma": "call:",
    "muse_spark": "nothing",
}


def test_call_that_does_not_parse_comes_back_as_it_was_written(model: Model, kind: str) -> None:
    start, end = model.wrapper.tool_call_start, model.wrapper.tool_call_end
    written = f"Before.\n\n{start}{BROKEN[kind]}{end}" + ("" if kind in ENDLESS else " After.\n")
    for pieces in ([written], list(written)):
        whole, text = cut(model, pieces)
        assert whole.text == written
        assert text.calls == []


def test_without_tools_a_call_is_text(model: Model, kind: str) -> None:
    whole, text = cut(model, list(FORMATS[kind].text), tools=[])
    # Kimi K3's channel markers are no text in any case.
    assert kind == "kimi_k3" or whole.text == FORMATS[kind].text
    assert text.calls == []


def test_resumed_anywhere_says_the_rest_once(model: Model, kind: str) -> None:
    ids = model.ids(f"<think>Why?</think>\n\nFirst.\n\n{FORMATS[kind].text}")
    at_once = model.text()
    expected = said(at_once, ids)
    for at in range(len(ids) + 1):
        before, first, second = Said(), model.text(), model.text()
        for token in ids[:at]:
            before = before.add(first.push(token))
        rest = second.replay(ids[:at], before.text, before.reasoning)
        for token in ids[at:]:
            rest = rest.add(second.push(token))
        rest = rest.add(second.finish(complete=True))
        assert before.text + rest.text == expected.text
        assert before.reasoning + rest.reasoning == expected.reasoning
        assert second.calls == at_once.calls


def test_what_an_ended_row_gave_out_of_hand_can_be_resumed(model: Model, kind: str) -> None:
    """A row that its length ended delivers what it held back, though it might have become a marker."""
    ids = model.ids(f"First.\n\n{FORMATS[kind].text}")
    for at in range(len(ids) + 1):
        before, first, second = Said(), model.text(), model.text()
        for token in ids[:at]:
            before = before.add(first.push(token))
        before = before.add(first.finish(complete=False))
        second.replay(ids[:at], before.text, before.reasoning)
        for token in ids[at:]:
            second.push(token)
        second.finish(complete=True)
        assert len(second.calls) == 1


def replayed(model: Model, ids: list[int]) -> RowText:
    text = model.text()
    said(text, ids)
    return text


@pytest.fixture(scope="module")
def hermes(tmp_path_factory: pytest.TempPathFactory) -> Model:
    return Model(tmp_path_factory.mktemp("hermes"), FORMATS["json_tools"])


def test_json_arguments_stream_as_they_are_written(hermes: Model) -> None:
    text = hermes.text()
    pieces = [
        piece for token in hermes.ids(FORMATS["json_tools"].text) for piece in text.push(token).tool_calls
    ]
    assert len(pieces) > 5
    assert pieces[0].name == "get_weather"
    assert json.loads("".join(piece.arguments for piece in pieces)) == CALL


def test_end_marker_quoted_in_an_argument_does_not_end_the_call(hermes: Model) -> None:
    arguments = {"city": "say </tool_call> twice: </tool_call>"}
    _, text = cut(hermes, list(f"<tool_call>{json_call(arguments)}</tool_call>"))
    (call,) = text.calls
    assert json.loads(call.arguments) == arguments


def test_call_that_the_length_cut_off_is_no_text(hermes: Model) -> None:
    text = hermes.text()
    ids = hermes.ids("Yes.\n" + FORMATS["json_tools"].text)
    whole = Said()
    for token in ids[: len(ids) // 2]:
        whole = whole.add(text.push(token))
    whole = whole.add(text.finish(complete=False))
    assert whole.text.strip() == "Yes."
    assert text.calls == []


def test_stop_strings_count_in_the_answer_alone(hermes: Model) -> None:
    written = f"<think>STOP here</think>{FORMATS['json_tools'].text}Now STOP it."
    whole, text = cut(hermes, list(written), stop=["STOP", "Köln"])
    assert whole.reasoning == "STOP here"
    assert whole.text == "Now "
    assert len(text.calls) == 1
    assert text.stopped


def test_calls_of_one_answer_have_different_ids_that_mistrals_templates_take(hermes: Model) -> None:
    text = replayed(hermes, hermes.ids(f"{FORMATS['json_tools'].text}\n{FORMATS['json_tools'].text}"))
    first, second = (call.id for call in text.calls)
    assert first != second
    assert all(len(call) == 9 and call.isalnum() for call in (first, second))


HOSTILE = {
    "deep lists": "[" * 100_000,
    "deep objects": '{"name": "now", "arguments": ' + '{"a":' * 100_000,
    "a number beyond JSON": '{"name": "now", "arguments": {"a": NaN}}',
    "a name with a newline": '{"name": "now\\nrm", "arguments": {}}',
    "arguments that are a list": '{"name": "now", "arguments": [1]}',
    "a list of nothing": "[]",
    "too much": "x" * (MAX_CALL_CHARACTERS + 1),
}


@pytest.mark.parametrize("body", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_json_call_is_text(hermes: Model, body: str) -> None:
    whole, text = cut(hermes, ["<tool_call>", body, "</tool_call>"])
    assert text.calls == []
    assert body in whole.text


def test_call_made_to_cost_time_is_given_up_as_text(model: Model, kind: str) -> None:
    start, end = model.wrapper.tool_call_start, model.wrapper.tool_call_end
    for seed in ("call:a{", "{}", "<|open|>call", "<arg_key>a</arg_key>", "<invoke name=", "[a(", '"', "a="):
        body = seed * (MAX_CALL_CHARACTERS // len(seed))
        began = time.process_time()
        cut(model, [f"{start}{body}{end}"])
        assert time.process_time() - began < PARSE_SECONDS * 10


def test_python_in_a_call_is_read_and_not_run(tmp_path: Path) -> None:
    model = Model(tmp_path, FORMATS["pythonic"])
    target = tmp_path / "ran"
    body = f"[now(a=__import__('pathlib').Path('{target}').touch())]"
    cut(model, [f"<|tool_call_start|>{body}<|tool_call_end|>"])
    assert not target.exists()
