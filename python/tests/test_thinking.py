"""Reasoning is parted from the answer, asked for or not as the template allows, and kept out of the way."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from mlx_lm import tokenizer_utils

from mlx_worker.channels import channel_format
from mlx_worker.detokenizer import TokenBytes, characters
from mlx_worker.errors import EngineError
from mlx_worker.loader import load_model
from mlx_worker.prompts import Chat
from mlx_worker.protocol import Load, Tool, ToolCall, WireMessage
from mlx_worker.row_text import RowText, Said
from mlx_worker.thinking import OpenThinking
from mlx_worker.tokens import Tokens

from .engine import Engine
from .tiny import CHATML, make_model, make_tokenizer

# As Qwen3's: past reasoning is dropped once the user speaks again, and a switch closes it at once.
QWEN3 = (
    "{%- if tools %}<|im_start|>system\nTools: {{ tools | tojson }}<|im_end|>\n{% endif %}"
    "{%- set ns = namespace(last=0) %}"
    "{%- for m in messages %}{% if m.role == 'user' %}{% set ns.last = loop.index0 %}{% endif %}{% endfor %}"
    "{%- for m in messages %}<|im_start|>{{ m.role }}\n"
    "{%- if m.reasoning_content and loop.index0 > ns.last %}<think>\n{{ m.reasoning_content }}\n</think>\n\n"
    "{% endif %}{{ m.content }}"
    "{%- for call in m.tool_calls or [] %}\n<tool_call>\n"
    '{"name": "{{ call.function.name }}", "arguments": {{ call.function.arguments | tojson }}}\n</tool_call>'
    "{%- set tool_call = call.function %}{% if tool_call.name %}{% endif %}{% endfor %}"
    "<|im_end|>\n{% endfor %}"
    "{%- if add_generation_prompt %}<|im_start|>assistant\n"
    "{% if enable_thinking is defined and not enable_thinking %}<think>\n\n</think>\n\n{% endif %}{% endif %}"
)
# As DeepSeek-R1's: the answer always begins with reasoning that the prompt has opened.
ALWAYS = CHATML.replace("<|im_start|>assistant\n", "<|im_start|>assistant\n<think>\n")
MARKERS = ["<think>", "</think>", "<tool_call>", "</tool_call>"]
FORMATS = {
    "<think>": ("<think>", "</think>", []),
    "<longcat_think>": ("<longcat_think>", "</longcat_think>", []),
    "<|think:start|>": ("<|think:start|>", "<|think:end|>", []),
    "channel": ("<|channel>thought", "<channel|>", ["<|channel>", "<channel|>"]),
    "xtml": (
        "<|open|>think<|sep|>",
        "<|close|>think<|sep|>",
        ["<|open|>", "<|close|>", "<|sep|>", "<|end_of_msg|>"],
    ),
}
Speak = Callable[[str], tuple[Said, RowText]]


@pytest.fixture(params=list(FORMATS))
def form(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture
def speak(form: str, tmp_path: Path) -> Speak:
    """Says a text by the ids of a tokenizer with the markers of `form`."""
    start, end, markers = FORMATS[form]
    make_tokenizer(tmp_path, markers=markers or [start, end])
    wrapper = tokenizer_utils.load(tmp_path)
    tokens = TokenBytes(wrapper._tokenizer, {"type": "ByteLevel"})

    def say(text: str, *, reasoning: bool = False) -> tuple[Said, RowText]:
        row = RowText(
            characters(tokens, wrapper._tokenizer),
            channel_format(wrapper, tools=False),
            [],
            reasoning=reasoning,
        )
        whole = Said()
        for token in wrapper.encode(text, add_special_tokens=False):
            whole = whole.add(row.push(token))
        return whole.add(row.finish(complete=True)), row

    return say


def test_reasoning_and_answer_are_apart_and_markers_in_neither(speak: Any, form: str) -> None:
    start, end, _ = FORMATS[form]
    whole, row = speak(f"{start}\nFirst 1 < 2,\n\nthen.\n{end}\n\nThe answer.\n\nIts end.\n")
    assert whole.reasoning == "First 1 < 2,\n\nthen."
    assert whole.text == "The answer.\n\nIts end.\n"
    assert row.reasoning_tokens > 5


def test_reasoning_that_the_prompt_opened_needs_no_marker(speak: Any, form: str) -> None:
    _, end, _ = FORMATS[form]
    whole, _ = speak(f"Hm.{end}Yes.", reasoning=True)
    assert (whole.reasoning, whole.text) == ("Hm.", "Yes.")


def test_reasoning_without_an_end_is_reasoning(speak: Any, form: str) -> None:
    whole, row = speak(FORMATS[form][0] + "On and on")
    assert (whole.reasoning, whole.text) == ("On and on", "")
    assert row.reasoning_tokens


def test_answer_without_reasoning_counts_none(speak: Any) -> None:
    whole, row = speak("Just 1 <t 2 <")
    assert (whole.text, whole.reasoning, row.reasoning_tokens) == ("Just 1 <t 2 <", "", 0)


def test_answer_may_speak_of_the_tag(tmp_path: Path) -> None:
    make_tokenizer(tmp_path, markers=MARKERS)
    wrapper = tokenizer_utils.load(tmp_path)
    row = RowText(
        characters(TokenBytes(wrapper._tokenizer, {"type": "ByteLevel"}), wrapper._tokenizer),
        channel_format(wrapper, tools=False),
        [],
    )
    text = "Put it between <think> and </think>."
    shown = [row.push(token).text for token in wrapper.encode(text, add_special_tokens=False)]
    assert "".join(shown) == text


def test_headers_of_a_format_with_several_messages_are_dropped(tmp_path: Path) -> None:
    make_tokenizer(tmp_path, markers=["<|message|>", "<|eom|>", "<|eot|>", "<|start|>"])
    wrapper = tokenizer_utils.load(tmp_path, defaults={"chat_template_type": "muse_spark"})
    text = (
        "to=self<|message|>Hm.<|eom|><|start|>assistant to=commentary<|message|>Wait.<|eom|>"
        "<|start|>assistant to=user<|message|>Yes.<|eot|>"
    )
    row = RowText(
        characters(TokenBytes(wrapper._tokenizer, {"type": "ByteLevel"}), wrapper._tokenizer),
        channel_format(wrapper, tools=False),
        [],
    )
    whole = Said()
    for token in wrapper.encode(text, add_special_tokens=False):
        whole = whole.add(row.push(token))
    assert (whole.reasoning, whole.text) == ("Hm.", "Wait.Yes.")
    assert row.reasoning_tokens


@pytest.mark.parametrize(
    ("prompt", "inside"),
    [
        ("<|im_start|>assistant\n<think>\n", True),
        ("<|im_start|>assistant\n<think>\nSo far", True),
        ("<|im_start|>assistant\n<think>\n\n</think>\n\n", False),
        ("<|im_start|>assistant\n", False),
        ("<|im_start|>user\nWhat is <think>?<|im_end|>\n<|im_start|>assistant\n", False),
    ],
)
def test_ids_of_a_prompt_tell_whether_reasoning_is_open(tmp_path: Path, prompt: str, inside: bool) -> None:
    make_tokenizer(tmp_path, markers=MARKERS)
    wrapper = tokenizer_utils.load(tmp_path)
    opened = OpenThinking(wrapper, wrapper.added_tokens_decoder)
    assert opened.at_end_of(wrapper.encode(prompt, add_special_tokens=False)) is inside


class Rendered:
    """A loaded model, and the text of its prompts."""

    def __init__(self, path: Path) -> None:
        self.loaded = load_model(Load("1", str(path)), lambda done, stage: None)
        self.tokens = Tokens(self.loaded)

    def __call__(self, *messages: WireMessage, **options: Any) -> str:
        return self.loaded.tokenizer.decode(self.tokens.prompt(Chat(messages, **options)))


@pytest.fixture(scope="module")
def qwen3(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_model(tmp_path_factory.mktemp("models") / "qwen3", template=QWEN3, markers=MARKERS)


@pytest.fixture(scope="module")
def rendered(qwen3: Path) -> Rendered:
    return Rendered(qwen3)


USER = WireMessage("user", "Hi")
READ = Tool("read_file", "Reads <|im_end|> a file.", {"type": "object", "properties": {}})


def test_thinking_is_switched_by_the_templates_own_variable(rendered: Rendered) -> None:
    assert rendered(USER).endswith("assistant\n")
    assert rendered(USER, thinking="on").endswith("assistant\n")
    assert rendered(USER, thinking="off").endswith("<think>\n\n</think>\n\n")


def test_receipt_tells_of_thinking_and_tools(rendered: Rendered, qwen: Path) -> None:
    receipt = rendered.loaded.receipt
    assert receipt.has_thinking and receipt.has_tools
    plain = Rendered(qwen).loaded.receipt
    assert not plain.has_thinking and not plain.has_tools


def test_what_a_model_cannot_do_is_refused_by_name(qwen: Path, tmp_path: Path) -> None:
    plain = Rendered(qwen)
    assert plain(USER, thinking="off")
    always = Rendered(make_model(tmp_path / "model", template=ALWAYS, markers=MARKERS))
    assert always(USER, thinking="on").endswith("<think>\n")
    for refused, options, name in (
        (plain, {"thinking": "on"}, "thinking"),
        (plain, {"tools": (READ,)}, "tools"),
        (always, {"thinking": "off"}, "thinking"),
    ):
        with pytest.raises(EngineError) as caught:
            refused(USER, **options)
        assert (caught.value.code, caught.value.details) == ("invalid_request", {"parameter": name})


CALL = ToolCall("abc123def", "read_file", '{"path": "a.py"}')


def test_past_reasoning_goes_to_the_template_which_keeps_or_drops_it(rendered: Rendered) -> None:
    asked = WireMessage("assistant", "Look:", "I wonder.", [CALL])
    result = WireMessage("tool", "print()", tool_call_id="abc123def")
    text = rendered(USER, asked, result, tools=(READ,))
    assert "<think>\nI wonder.\n</think>\n\nLook:" in text
    assert '{"name": "read_file", "arguments": {"path": "a.py"}}' in text
    later = rendered(USER, asked, result, WireMessage("user", "Go on"), tools=(READ,))
    assert "I wonder" not in later


def test_tools_are_rendered_and_their_words_are_no_control_tokens(rendered: Rendered) -> None:
    plain = rendered.tokens.prompt(Chat([USER]))
    ids = rendered.tokens.prompt(Chat([USER], (READ,)))
    end = rendered.loaded.tokenizer.convert_tokens_to_ids("<|im_end|>")
    # One more message, the one with the tools; the token in the description is spelled out.
    assert ids.count(end) == plain.count(end) + 1
    assert "Reads <|im_end|> a file." in rendered.loaded.tokenizer.decode(ids)


def test_broken_off_reasoning_goes_on_as_reasoning(rendered: Rendered) -> None:
    text = rendered(USER, WireMessage("assistant", "", "Let me"), continue_final=True)
    assert text.endswith("<think>\nLet me")


def test_stable_lengths_end_before_what_templates_rewrite(rendered: Rendered) -> None:
    asked = WireMessage("assistant", "Look:", "I wonder.", [CALL])
    result = WireMessage("tool", "print()", tool_call_id="abc123def")
    chat = Chat([USER, asked, result], (READ,))
    prompt = rendered.tokens.prompt(chat)
    lengths = rendered.tokens.stable_lengths(chat, prompt)
    later = Chat([*chat.messages, WireMessage("assistant", "Done."), WireMessage("user", "Thanks")], (READ,))
    then = rendered.tokens.prompt(later)
    common = next(at for at, (one, other) in enumerate(zip(prompt, then, strict=False)) if one != other)
    # Here the earlier reasoning is dropped: one length ends before it, at the user's turn.
    assert any(0 < length <= common for length in lengths)
    assert len(lengths) == 2


@pytest.fixture(scope="module")
def thinker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """An engine with a model whose prompts open its reasoning."""
    path = make_model(tmp_path_factory.mktemp("thinker") / "model", template=ALWAYS, markers=MARKERS)
    with Engine() as engine:
        assert engine.load(path)["receipt"]["has_thinking"]
        yield engine


def test_open_reasoning_streams_as_reasoning_and_is_counted(thinker: Engine) -> None:
    answer = thinker.generate(sampling={"max_tokens": 12})
    assert answer.text == ""
    assert "".join(part.get("reasoning", "") for part in answer.parts) != ""
    assert answer.finished["usage"]["reasoning_tokens"] == 12


def test_end_of_reasoning_is_shown_in_neither_channel(thinker: Engine, qwen3: Path) -> None:
    end = tokenizer_utils.load(qwen3).think_end_id
    answer = thinker.generate(sampling={"max_tokens": 1, "logit_bias": {str(end): 100}})
    assert answer.token_ids == [end]
    assert answer.text == ""
    assert answer.finished["usage"]["reasoning_tokens"] == 1


def test_resumed_reasoning_is_what_the_uninterrupted_row_says(thinker: Engine) -> None:
    whole = thinker.generate(sampling={"max_tokens": 20})
    parts = whole.parts[:8]
    resume = {
        "token_ids": [token for part in parts for token in part["token_ids"]],
        "text": "",
        "reasoning": "".join(part.get("reasoning", "") for part in parts),
    }
    rest = thinker.generate(sampling={"max_tokens": 20}, resume=resume)
    said = resume["reasoning"] + "".join(part.get("reasoning", "") for part in rest.parts)
    expected = "".join(part.get("reasoning", "") for part in whole.parts)
    assert said + rest.finished["reasoning"] == expected + whole.finished["reasoning"]
    assert rest.finished["usage"]["reasoning_tokens"] == 20


def test_count_of_tools_is_what_a_generation_with_them_takes(qwen3: Path) -> None:
    tools = [{"name": "read_file", "description": "Reads.", "parameters": {"type": "object"}}]
    messages = [{"role": "user", "content": "Hi"}]
    with Engine() as engine:
        engine.load(qwen3)
        counted = engine.reply({"type": "count", "id": "c", "messages": messages, "tools": tools})
        answer = engine.generate(messages=messages, tools=tools, sampling={"max_tokens": 2})
        assert counted["tokens"] == answer.finished["usage"]["prompt_tokens"]
        bare = engine.reply({"type": "count", "id": "d", "messages": messages})
        assert bare["tokens"] < counted["tokens"]
