"""Tool calls as models write them, read by mlx_lm's parsers: data only, nothing of it is run."""

import base64
import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from .limited_parser import LimitedParser
from .log import log
from .protocol import Tool, ToolCall, ToolCallDelta

MAX_CALL_CHARACTERS = 1 << 17
# Parsers whose bodies are `{"name": ..., "arguments": ...}`, so that arguments can be sent as they come.
JSON_PARSERS = ("json_tools", "longcat")
# Parsers that make a call of any text.
GUESSING_PARSERS = ("glm47", "laguna")
NAME = re.compile(r"[A-Za-z0-9_.:-]{1,64}")
JSON_HEAD = re.compile(r'\s*\{\s*"name"\s*:\s*("(?:[^"\\]|\\.)*")\s*,\s*"arguments"\s*:\s*(?=\{)')
LONGEST_HEAD = 512
ID_CHARACTERS = 9


def openai_tools(tools: Sequence[Tool]) -> list[dict[str, Any]]:
    """The tools as chat templates and mlx_lm's parsers know them."""
    return [
        {
            "type": "function",
            "function": {
                "name": tool.name,
                "description": tool.description,
                "parameters": tool.parameters or {"type": "object", "properties": {}},
            },
        }
        for tool in tools
    ]


def parser_name(wrapper: Any) -> str:
    """mlx_lm's name of the call format of a model, "" for none."""
    return wrapper.tool_parser.__module__.rpartition(".")[2] if wrapper.has_tool_calling else ""


class CallReader:
    """Reads the calls of one row. `salt` makes their ids, which a resumed row makes again."""

    def __init__(self, wrapper: Any, tools: Sequence[Tool], salt: str) -> None:
        self._parse = LimitedParser(wrapper.tool_parser)
        self.start: str = wrapper.tool_call_start or ""
        self._kind = parser_name(wrapper)
        self._offered = {tool.name for tool in tools}
        self._tools = openai_tools(tools)
        self._salt = salt
        self._begun = 0
        self.calls: list[ToolCall] = []

    def open(self) -> "OpenCall":
        return OpenCall(streams=self._kind in JSON_PARSERS, index=self._begun)

    def stream(self, call: "OpenCall", text: str) -> list[ToolCallDelta]:
        """Take more of a call and return the deltas that are certain."""
        first = call.name is None
        piece = call.feed(text)
        if call.name is None or (not first and not piece):
            return []
        if not first:
            return [ToolCallDelta(call.index, piece)]
        self._begun += 1
        return [ToolCallDelta(call.index, piece, id=self._id(call.index), name=call.name)]

    def close(self, call: "OpenCall") -> list[ToolCallDelta] | None:
        """The call is whole: return the deltas still missing, or None when it does not parse."""
        try:
            parsed = self._read(call.body)
        # The parsers are a stranger's, their input a model's: they raise whatever they like.
        except Exception as error:
            log("warn", "a tool call does not parse", format=self._kind, reason=repr(error)[:200])
            return None
        if call.name is not None:
            if len(parsed) != 1 or parsed[0].name != call.name:
                return None
            self.calls.append(ToolCall(self._id(call.index), call.name, call.arguments))
            return []
        deltas: list[ToolCallDelta] = []
        for one in parsed:
            index, self._begun = self._begun, self._begun + 1
            one.id = one.id or self._id(index)
            self.calls.append(one)
            deltas.append(ToolCallDelta(index, one.arguments, id=one.id, name=one.name))
        return deltas

    def _read(self, body: str) -> list[ToolCall]:
        """Raises for whatever is not a list of calls with JSON objects as arguments."""
        if len(body) > MAX_CALL_CHARACTERS:
            raise ValueError(f"longer than {MAX_CALL_CHARACTERS} characters")
        found = self._parse(body, self._tools)
        calls = [self._checked(one) for one in (found if isinstance(found, list) else [found])]
        if not calls:
            raise ValueError("no call")
        return calls

    def _checked(self, call: dict[str, Any]) -> ToolCall:
        name, arguments = call["name"], call["arguments"]
        if not NAME.fullmatch(name):
            raise ValueError("not the name of a tool")
        if self._kind in GUESSING_PARSERS and name not in self._offered:
            raise ValueError("not one of the tools")
        if isinstance(arguments, str):
            # Some models write the object as a string that holds it.
            arguments = json.loads(arguments)
        if not isinstance(arguments, dict):
            raise ValueError("the arguments are no object")
        given = call.get("id")
        return ToolCall(
            id=given if isinstance(given, str) and given else "",
            name=name,
            arguments=json.dumps(arguments, ensure_ascii=False, allow_nan=False),
        )

    def _id(self, index: int) -> str:
        """Nine letters and digits, which is all that Mistral's templates accept."""
        digest = hashlib.sha256(f"{self._salt}:{index}".encode()).digest()
        return base64.b32encode(digest).decode().lower()[:ID_CHARACTERS]


@dataclass
class OpenCall:
    """A call that is being written. `name` is set once its arguments can be sent as they come."""

    streams: bool
    index: int
    name: str | None = None
    body: str = ""
    inside_string: bool = False
    _arguments: list[str] = field(default_factory=list)
    _depth: int = 0
    _escaped: bool = False
    _complete: bool = False

    @property
    def arguments(self) -> str:
        return "".join(self._arguments)

    def feed(self, text: str) -> str:
        """Take more of the call and return what it adds to the arguments."""
        self.body += text
        if not self.streams or self._complete:
            return ""
        if self.name is None:
            head = JSON_HEAD.match(self.body)
            if head is None:
                self.streams = len(self.body) < LONGEST_HEAD
                return ""
            name = json.loads(head[1])
            if not NAME.fullmatch(name):
                self.streams = False
                return ""
            self.name, text = name, self.body[head.end() :]
        piece = text[: self._scan(text)]
        self._arguments.append(piece)
        return piece

    def _scan(self, text: str) -> int:
        """How many characters of `text` belong to the object that began before or in it."""
        for at, character in enumerate(text):
            if self._escaped:
                self._escaped = False
            elif self.inside_string:
                self._escaped = character == "\\"
                self.inside_string = character != '"'
            elif character == '"':
                self.inside_string = True
            elif character in "{[":
                self._depth += 1
            elif character in "}]":
                self._depth -= 1
                if self._depth == 0:
                    self._complete = True
                    return at + 1
        return len(text)
