"""What an answer must match: JSON schemas, regular expressions, Lark grammars, tool calls. By llguidance."""

import json
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from llguidance import LLMatcher, LLParserLimits, LLTokenizer

from .errors import EngineError
from .log import log
from .protocol import Constraint, NamedTool, Tool
from .tool_calls import parser_name

# Compiling happens on the IO thread, masks on the MLX thread: neither may take long. In llguidance's units
# about 50,000 a millisecond for the first, 14,000 to 20,000 for the steps; bytes for the size.
LIMITS = LLParserLimits(
    initial_lexer_fuel=1_000_000,
    step_lexer_fuel=200_000,
    step_max_items=50_000,
    max_lexer_states=50_000,
    max_grammar_size=200_000,
    verbose_errors=False,
)
# JSON may be indented, but a model that has nothing to say would write blanks for ever.
BLANKS = r"[\x20\x0A\x0D\x09]{1,40}"
MAX_MESSAGE_CHARACTERS = 300
# One call in Lark, its name and its arguments to be filled in.
JSON_CALL = '"{\\"name\\": \\"NAME\\", \\"arguments\\": " ARGUMENTS "}"'


class Constraints:
    """Compiles the constraints of one model's rows. The token table is built at the first one."""

    def __init__(self, wrapper: Any, tokenizer: Any, end_token_ids: Iterable[int], vocabulary: int) -> None:
        self._wrapper = wrapper
        self._tokenizer = tokenizer
        self._ends = sorted(end_token_ids)
        self._vocabulary = vocabulary
        self._table: LLTokenizer | None = None

    def compile(self, constraint: Constraint, thinking: "Thinking | None") -> "RowConstraint":
        """The matcher of one row. Raises EngineError `invalid_request`, parameter "constraint"."""
        return self._row(_grammar(constraint), thinking, "constraint")

    def force_call(
        self, tools: Sequence[Tool], choice: str | NamedTool, thinking: "Thinking | None"
    ) -> "RowConstraint":
        """A matcher of calls of these tools, of the named one alone if there is one.

        Raises EngineError `invalid_request`, parameter "tool_choice", or "tools" for their schemas.
        """
        if isinstance(choice, NamedTool):
            tools = [tool for tool in tools if tool.name == choice.name]
            if not tools:
                raise refusal(f"There is no tool {choice.name} to choose.", "tool_choice")
        if not tools:
            raise refusal("Without tools no call can be required.", "tool_choice")
        return self._row(self._call_grammar(tools, once=isinstance(choice, NamedTool)), thinking, "tools")

    def _row(self, grammar: str, thinking: "Thinking | None", parameter: str) -> "RowConstraint":
        matcher = LLMatcher(self._tokens(), grammar, log_level=0, limits=LIMITS)
        if not matcher.is_error():
            # Some limits show only when the first mask is computed.
            matcher.compute_logit_bias()
        if matcher.is_error():
            reason = matcher.get_error().strip()[:MAX_MESSAGE_CHARACTERS]
            raise refusal(f"The constraint cannot be used: {reason}", parameter)
        return RowConstraint(matcher, thinking, self._ends, self._vocabulary)

    def _tokens(self) -> LLTokenizer:
        """llguidance's table of all tokens: about a second for 150,000 of them, once per model."""
        if self._table is None:
            backend = getattr(self._tokenizer, "backend_tokenizer", None)
            if backend is None or not self._ends:
                raise EngineError(
                    "unsupported",
                    "This model's tokenizer cannot be constrained.",
                    parameter="constraint",
                )
            started = time.perf_counter()
            self._table = LLTokenizer(backend.to_str(), n_vocab=self._vocabulary, eos_token=self._ends)
            seconds = round(time.perf_counter() - started, 3)
            log("info", "token table for constraints is built", tokens=self._vocabulary, seconds=seconds)
        return self._table

    def _call_grammar(self, tools: Sequence[Tool], *, once: bool) -> str:
        """Lark of one call, or of one and more, in the model's own format.

        Only formats whose arguments are JSON can be forced to a schema.
        """
        kind = parser_name(self._wrapper)
        bracketed = kind == "mistral" and "[ARGS]" not in str(self._tokenizer.chat_template)
        start, end = self._marker(self._wrapper.tool_call_start), self._marker(self._wrapper.tool_call_end)
        if kind == "json_tools":
            form, first, more = (
                JSON_CALL,
                f'{start} "\\n" call "\\n" {end}',
                f'"\\n" {start} "\\n" call "\\n" {end}',
            )
        elif bracketed:
            form, first, more = JSON_CALL, f'{start} "[" call', '", " call'
        elif kind == "mistral":
            form, first, more = f'"NAME" {self._marker("[ARGS]")} ARGUMENTS', f"{start} call", f"{start} call"
        elif kind == "kimi_k2":
            begin, middle, close = (
                self._marker(f"<|tool_call_{part}|>") for part in ("begin", "argument_begin", "end")
            )
            form = f'{begin} "functions.NAME:0" {middle} ARGUMENTS {close}'
            first, more = f"{start} call {end}", ""
        else:
            raise refusal(
                f"Calls in this model's format ({kind}) cannot be required; use auto.", "tool_choice"
            )
        rules = ["%llguidance {}", f"start: {first}"]
        if more and not once:
            rules[-1] += f" ({more})*"
        if bracketed:
            rules[-1] += ' "]"'
        rules.append("call: " + " | ".join(f"call_{index}" for index in range(len(tools))))
        for index, tool in enumerate(tools):
            rules.append(
                f"call_{index}: {form}".replace("NAME", tool.name).replace("ARGUMENTS", f"arguments_{index}")
            )
            rules.append(f"arguments_{index}: %json {_arguments_schema(tool)}")
        return "\n".join(rules)

    def _marker(self, text: str) -> str:
        """A marker in Lark: control tokens by their ids, since text never matches one."""
        table = self._tokens()
        parts = [
            f"<[{token}]>"
            if table.is_special_token(token)
            else json.dumps(self._tokenizer.decode([token]), ensure_ascii=False)
            for token in self._tokenizer.encode(text, add_special_tokens=False)
        ]
        return " ".join(parts)


@dataclass(frozen=True)
class Thinking:
    """Reasoning that may come before what is constrained. `open`: the prompt ends inside it."""

    start: tuple[int, ...]
    end: tuple[int, ...]
    open: bool


class RowConstraint:
    """Which tokens one row may say next. Used by the thread that decodes.

    Reasoning is free; what is constrained begins after it. The row ends when all it may say is an end token.
    """

    def __init__(
        self, matcher: LLMatcher, thinking: Thinking | None, ends: Sequence[int], vocabulary: int
    ) -> None:
        self._matcher = matcher
        self._thinking = thinking
        self._reasoning = bool(thinking and thinking.open)
        self._begun = thinking is None
        self._marker: list[int] = []
        free = bytearray(b"\xff" * vocabulary)
        for token in ends:
            free[token] = 0
        self._free = bytes(free)
        self._at = 0
        self.failure: str | None = None

    def follow(self, prompt_tokens: int, token_ids: Sequence[int]) -> None:
        """Begin after the prompt, with what a resumed row said already.

        Raises EngineError `invalid_request` when that does not match.
        """
        self._at = prompt_tokens
        for token in token_ids:
            self.consume(token, self._at)
        if self.failure is not None:
            raise refusal("What this row said before does not match its constraint.", "constraint")

    def consume(self, token: int, at: int) -> None:
        """Take the token at this place of the row; one that was taken before is ignored."""
        if at < self._at or self.failure is not None:
            return
        self._at = at + 1
        thinking = self._thinking
        if thinking and self._reasoning:
            self._marker = [*self._marker, token][-len(thinking.end) :]
            if tuple(self._marker) == thinking.end:
                self._reasoning, self._begun = False, True
            return
        if thinking and not self._begun:
            expected = thinking.start[len(self._marker)]
            if token == expected:
                self._marker.append(token)
                if len(self._marker) == len(thinking.start):
                    self._reasoning, self._marker = True, []
                return
            self._begun = True
        if not self._matcher.consume_token(token):
            self.failure = self._reason()

    def allowed(self) -> bytes:
        """One byte for each id of the vocabulary, 0 for those that may not come next."""
        thinking = self._thinking
        if self._reasoning:
            return self._free
        if thinking and not self._begun and self._marker:
            only = bytearray(len(self._free))
            only[thinking.start[len(self._marker)]] = 1
            return bytes(only)
        allowed = b"" if self.failure else self._mask()
        if thinking and not self._begun:
            first = bytearray(allowed)
            first[thinking.start[0]] = 1
            return bytes(first)
        return allowed

    def _mask(self) -> bytes:
        try:
            mask = self._matcher.compute_logit_bias()
        except ValueError as error:
            self.failure = str(error)[:MAX_MESSAGE_CHARACTERS]
            return self._free
        if self._matcher.is_error():
            self.failure = self._reason()
            return self._free
        return mask

    def _reason(self) -> str:
        return self._matcher.get_error().strip()[:MAX_MESSAGE_CHARACTERS] or "a token that does not match"


def refusal(message: str, parameter: str) -> EngineError:
    return EngineError("invalid_request", message, parameter=parameter)


def _grammar(constraint: Constraint) -> str:
    match constraint.type:
        case "json_schema":
            try:
                return LLMatcher.grammar_from_json_schema(
                    constraint.value, defaults={"whitespace_pattern": BLANKS}
                )
            except ValueError as error:
                raise refusal(f"The schema is not JSON: {error}", "constraint") from error
        case "regex":
            return LLMatcher.grammar_from_regex(constraint.value)
        case "grammar":
            return LLMatcher.grammar_from_lark(constraint.value)


def _arguments_schema(tool: Tool) -> str:
    """A tool's schema. What llguidance does not know of it is left to whoever runs the tool."""
    options = {"whitespace_pattern": BLANKS, "lenient": True}
    return json.dumps({"type": "object", **tool.parameters, "x-guidance": options})
