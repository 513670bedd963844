"""mlx_lm's call parsers with a limit on their time.

Some of their expressions take time that grows with the square of the text or faster: Gemma 4's needs 2 s
for 8 KB of unclosed calls, which a prompt could talk a model into writing.
"""

import time
from collections.abc import Callable
from functools import partial
from types import FunctionType
from typing import Any

import regex

PARSE_SECONDS = 0.5


class LimitedParser:
    """A parser whose regular expressions raise TimeoutError after `PARSE_SECONDS` in all.

    The module stays as it is: its functions are built again over patterns that look at the clock.
    """

    def __init__(self, parser: FunctionType) -> None:
        self._deadline = 0.0
        scope = parser.__globals__
        limited: dict[str, Any] = dict(scope)
        for name, value in scope.items():
            if isinstance(value, regex.Pattern):
                limited[name] = _LimitedPattern(value, self._remaining)
            elif isinstance(value, FunctionType) and value.__globals__ is scope:
                limited[name] = FunctionType(
                    value.__code__, limited, name, value.__defaults__, value.__closure__
                )
        self._parse = limited[parser.__name__]

    def __call__(self, text: str, tools: list[dict[str, Any]]) -> Any:
        self._deadline = time.monotonic() + PARSE_SECONDS
        return self._parse(text, tools)

    def _remaining(self) -> float:
        return max(0.001, self._deadline - time.monotonic())


class _LimitedPattern:
    def __init__(self, pattern: Any, remaining: Callable[[], float]) -> None:
        self._pattern = pattern
        self._remaining = remaining

    def __getattr__(self, name: str) -> Any:
        return partial(getattr(self._pattern, name), timeout=self._remaining())
