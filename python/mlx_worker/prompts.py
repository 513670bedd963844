"""A chat as its model's template writes it."""

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from .errors import EngineError
from .protocol import Tool, ToolCall, WireMessage
from .template import ChatTemplate, template_variables
from .thinking import VARIABLES, Choice, thinking_variables
from .tool_calls import openai_tools

# Private-use characters around control tokens that a person typed, so that they stay text.
MARK_START, MARK_END = "\U000f0000", "\U000f0001"
CONTINUE_HERE = "\U000f0002"
UNMARKED = {ord(mark): None for mark in (MARK_START, MARK_END, CONTINUE_HERE)}

Mark = Callable[[str], str]


@dataclass(frozen=True)
class Chat:
    """What a prompt is made of. `continue_final` leaves the last message open for the model to go on."""

    messages: Sequence[WireMessage]
    tools: tuple[Tool, ...] = ()
    thinking: Choice = "auto"
    continue_final: bool = False

    def beginning(self, messages: int) -> "Chat":
        """The same chat up to so many messages, all of them whole."""
        return replace(self, messages=self.messages[:messages], continue_final=False)


class Prompts:
    """Renders chats for one model. `wrapper` is mlx_lm's TokenizerWrapper."""

    def __init__(self, wrapper: Any) -> None:
        self._wrapper = wrapper
        self._templates: dict[str, ChatTemplate] = {}

    def render(self, chat: Chat, mark: Mark, *, open_answer: bool = True) -> str:
        """The prompt text; `mark` treats what people and tools wrote.

        Raises EngineError `model_invalid`, or `invalid_request` where the chat asks for what is not there.
        """
        messages = [_template_message(message, chat, mark) for message in chat.messages]
        if not chat.continue_final:
            return self._rendered(chat, messages, mark, open_answer)
        final = messages[-1]
        # What breaks off is the reasoning where nothing was answered yet.
        for key in ("content",) if final["content"] or "reasoning" not in final else REASONING_KEYS:
            final[key] += CONTINUE_HERE
        before, found, _ = self._rendered(chat, messages, mark, False).rpartition(CONTINUE_HERE)
        if not found:
            raise EngineError(
                "model_invalid", "The model's chat template drops the end of an assistant message."
            )
        return before

    def _rendered(self, chat: Chat, messages: list[dict[str, Any]], mark: Mark, open_answer: bool) -> str:
        tools = [_marked(tool, mark) for tool in openai_tools(chat.tools)] or None
        if self._wrapper._chat_template is not None:
            # A renderer written in mlx_lm itself, for models that ship no Jinja template.
            variables = thinking_variables(self._wrapper, VARIABLES[:1], chat.thinking)
            return self._wrapper.apply_chat_template(
                messages, tools=tools, tokenize=False, add_generation_prompt=open_answer, **variables
            )
        source = template_source(self._wrapper, tools=tools is not None)
        if source is None:
            raise EngineError(
                "model_invalid", "The model has no chat template; it is a base model, not one to talk to."
            )
        template = self._templates.get(source)
        if template is None:
            template = self._templates[source] = ChatTemplate(source, self._special())
        asked = thinking_variables(self._wrapper, template.variables, chat.thinking)
        return template.render(messages, add_generation_prompt=open_answer, tools=tools, **asked)

    def _special(self) -> dict[str, str]:
        tokens = self._wrapper.special_tokens_map.items()
        return {key: str(value) for key, value in tokens if isinstance(value, str)}


REASONING_KEYS = ("reasoning_content", "reasoning")


def takes_tools(wrapper: Any) -> bool:
    """Whether the model's template shows tools to it, and mlx_lm can read its calls."""
    if not wrapper.has_tool_calling:
        return False
    if wrapper._chat_template is not None:
        return True
    source = template_source(wrapper, tools=True)
    try:
        return source is not None and "tools" in template_variables(source)
    except EngineError:
        return False


def template_source(wrapper: Any, *, tools: bool) -> str | None:
    """The template's text; some models have a second one for prompts with tools."""
    source = wrapper.chat_template
    if isinstance(source, dict):
        source = source.get("tool_use" if tools and "tool_use" in source else "default")
    return source if isinstance(source, str) else None


def control_pattern(special: Sequence[str]) -> re.Pattern[str]:
    """Finds control tokens in a text, the longest first."""
    return re.compile("|".join(map(re.escape, sorted(special, key=len, reverse=True))) or "(?!)")


def marked_pattern(control: re.Pattern[str]) -> re.Pattern[str]:
    """Finds what `Mark` marked."""
    return re.compile(f"{MARK_START}({control.pattern}){MARK_END}|[{MARK_START}{MARK_END}]")


def _template_message(message: WireMessage, chat: Chat, mark: Mark) -> dict[str, Any]:
    """The message as templates know it; they keep or drop the reasoning of earlier answers themselves."""
    # What a model wrote may hold its own control tokens; what people and tools wrote may not.
    if message.role != "assistant":
        entry: dict[str, Any] = {"role": message.role, "content": mark(message.content)}
        if message.tool_call_id is not None:
            entry["tool_call_id"] = message.tool_call_id
            name = _called(chat, message.tool_call_id)
            if name is not None:
                entry["name"] = name
        return entry
    entry = {"role": "assistant", "content": message.content}
    if message.reasoning:
        entry |= dict.fromkeys(REASONING_KEYS, message.reasoning)
    if message.tool_calls:
        entry["tool_calls"] = [_template_call(call) for call in message.tool_calls]
    return entry


def _template_call(call: ToolCall) -> dict[str, Any]:
    try:
        arguments = json.loads(call.arguments)
    except (ValueError, RecursionError):
        arguments = call.arguments
    return {"id": call.id, "type": "function", "function": {"name": call.name, "arguments": arguments}}


def _called(chat: Chat, call_id: str) -> str | None:
    """The name of the tool that a result answers; some templates write it."""
    calls = (call for message in chat.messages for call in message.tool_calls)
    return next((call.name for call in calls if call.id == call_id), None)


def _marked(value: Any, mark: Mark) -> Any:
    """A tool's description comes from whoever offers the tool."""
    if isinstance(value, str):
        return mark(value)
    if isinstance(value, dict):
        return {mark(key): _marked(item, mark) for key, item in value.items()}
    if isinstance(value, list):
        return [_marked(item, mark) for item in value]
    return value
