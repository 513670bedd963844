"""Rendering a model's chat template, which is a program that a stranger wrote."""

import json
import time
from datetime import datetime
from typing import Any

import jinja2
import jinja2.ext
import jinja2.meta
import jinja2.nodes
import jinja2.sandbox

from .errors import EngineError

TIME_LIMIT_SECONDS = 2.0
MAX_RENDERED_CHARACTERS = 64 * 1024 * 1024
# Nothing a template legitimately repeats or raises to a power comes near these.
MAX_REPEATED = 1_000_000
MAX_EXPONENT = 64


class ChatTemplate:
    """A compiled template in Jinja's immutable sandbox, stopped after `TIME_LIMIT_SECONDS`.

    The globals and filters are those of transformers' chat_template_utils.
    """

    def __init__(self, source: str, special_tokens: dict[str, str]) -> None:
        """Compile. Raises EngineError `model_invalid` when the source is not a template."""
        self._environment = _Environment()
        self._special = special_tokens
        self.variables = template_variables(source)
        try:
            self._template = self._environment.from_string(source)
        except (jinja2.TemplateError, RecursionError, ValueError) as error:
            raise _uncompiled(error) from error

    def render(
        self,
        messages: list[dict[str, Any]],
        *,
        add_generation_prompt: bool,
        tools: list[dict[str, Any]] | None = None,
        **variables: Any,
    ) -> str:
        """The prompt text; `tools` as OpenAI writes them.

        Raises EngineError `model_invalid`, or `invalid_request` when the template refuses the messages.
        """
        self._environment.deadline = time.monotonic() + TIME_LIMIT_SECONDS
        pieces: list[str] = []
        length = 0
        try:
            for piece in self._template.generate(
                messages=messages,
                tools=tools,
                documents=None,
                add_generation_prompt=add_generation_prompt,
                **self._special,
                **variables,
            ):
                length += len(piece)
                if length > MAX_RENDERED_CHARACTERS:
                    raise _Stopped("wrote more than 64 MB")
                pieces.append(piece)
        except _Refused as error:
            raise EngineError(
                "invalid_request", f"The model's chat template refuses these messages: {error}"
            ) from error
        except Exception as error:
            raise EngineError("model_invalid", f"The model's chat template failed: {error}") from error
        return "".join(pieces)


def template_variables(source: str) -> frozenset[str]:
    """What the template asks for. Raises EngineError `model_invalid` when the source is not a template."""
    try:
        return frozenset(jinja2.meta.find_undeclared_variables(_Environment().parse(source)))
    except (jinja2.TemplateError, RecursionError, ValueError) as error:
        raise _uncompiled(error) from error


def _uncompiled(error: Exception) -> EngineError:
    return EngineError("model_invalid", f"The model's chat template cannot be compiled: {error}")


class _Stopped(Exception):
    pass


class _Refused(Exception):
    pass


class _Environment(jinja2.sandbox.ImmutableSandboxedEnvironment):
    """The sandbox, with a clock that every loop turn and macro call looks at.

    A template cannot run long without looping, recursing or repeating: range() is capped by Jinja,
    and `*` and `**` are capped here.
    """

    intercepted_binops = frozenset(["*", "**"])

    def __init__(self) -> None:
        super().__init__(
            trim_blocks=True, lstrip_blocks=True, extensions=[_GenerationTag, jinja2.ext.loopcontrols]
        )
        self.deadline = 0.0
        self.filters["tojson"] = _to_json
        names: dict[str, Any] = {"raise_exception": _raise_exception, "strftime_now": _strftime_now}
        self.globals.update(names)

    def tick(self) -> str:
        if time.monotonic() > self.deadline:
            raise _Stopped(f"it ran for more than {TIME_LIMIT_SECONDS:g} s")
        return ""

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
        self.tick()
        if operator == "**" and (abs(right) > MAX_EXPONENT or abs(left) > MAX_REPEATED):
            raise _Stopped("it raises a number to an absurd power")
        if operator == "*":
            for sequence, count in ((left, right), (right, left)):
                if hasattr(sequence, "__len__") and len(sequence) * count > MAX_REPEATED:
                    raise _Stopped("it repeats a sequence absurdly often")
        return super().call_binop(context, operator, left, right)

    def _parse(self, source: str, name: str | None, filename: str | None) -> jinja2.nodes.Template:
        tree = super()._parse(source, name, filename)
        for node in tree.find_all((jinja2.nodes.For, jinja2.nodes.Macro, jinja2.nodes.CallBlock)):
            call = jinja2.nodes.Call(jinja2.nodes.EnvironmentAttribute("tick"), [], [], None, None)
            statement = jinja2.nodes.ExprStmt(call).set_lineno(node.lineno)
            node.body.insert(0, statement.set_environment(self))
        return tree


class _GenerationTag(jinja2.ext.Extension):
    """`{% generation %}`, which marks assistant text for training; here it only shows its body."""

    tags = {"generation"}  # noqa: RUF012

    def parse(self, parser: Any) -> Any:
        next(parser.stream)
        return parser.parse_statements(("name:endgeneration",), drop_needle=True)


def _raise_exception(message: str) -> None:
    raise _Refused(message)


def _strftime_now(pattern: str) -> str:
    return datetime.now().strftime(pattern)


def _to_json(
    value: Any,
    ensure_ascii: bool = False,
    indent: int | None = None,
    separators: tuple[str, str] | None = None,
    sort_keys: bool = False,
) -> str:
    # Jinja's own filter escapes HTML characters, which a prompt must not.
    return json.dumps(
        value, ensure_ascii=ensure_ascii, indent=indent, separators=separators, sort_keys=sort_keys
    )
