"""Reasoning: whether a prompt leaves it open, and the template variable that asks for it or not."""

from collections.abc import Iterable, Sequence
from typing import Any, Literal

from .errors import EngineError

Choice = Literal["auto", "on", "off"]
# What templates call it; mlx_lm's own renderers are asked through `enable_thinking`.
VARIABLES = ("enable_thinking", "thinking")


def marks_thinking(wrapper: Any) -> bool:
    """Whether mlx_lm knows how this model marks its reasoning."""
    if wrapper.has_thinking:
        return True
    return any(to == "reasoning" for pairs in wrapper.response_transitions.values() for _, to in pairs)


def thinking_variables(wrapper: Any, variables: Iterable[str], choice: Choice) -> dict[str, bool]:
    """What to set among the template's `variables` for `choice`; nothing for "auto".

    Raises EngineError `invalid_request` where the model leaves no such choice.
    """
    if choice == "auto":
        return {}
    marked = marks_thinking(wrapper)
    if choice == "on" and not marked:
        raise _refusal("This model marks no reasoning, so thinking cannot be on.")
    names = [name for name in VARIABLES if name in variables]
    if not names and choice == "off" and marked:
        raise _refusal("The model's chat template cannot switch thinking off.")
    return dict.fromkeys(names, choice == "on")


def _refusal(message: str) -> EngineError:
    return EngineError("invalid_request", message, parameter="thinking")


class OpenThinking:
    """Tells from the end of a prompt's ids whether the answer begins inside reasoning."""

    def __init__(self, wrapper: Any, added: Iterable[int]) -> None:
        self._start = tuple(wrapper.think_start_tokens or ())
        self._end = tuple(wrapper.think_end_tokens or ())
        self._borders = frozenset(added) - {*self._start, *self._end}

    def at_end_of(self, token_ids: Sequence[int]) -> bool:
        """Look back to the last other control token: what came before it is another message.

        A person may have typed the marker there.
        """
        if not self._start:
            return False
        begin = next(
            (at + 1 for at in range(len(token_ids) - 1, -1, -1) if token_ids[at] in self._borders), 0
        )
        tail = tuple(token_ids[begin:])
        return _rfind(tail, self._start) > _rfind(tail, self._end)


def _rfind(ids: tuple[int, ...], sequence: tuple[int, ...]) -> int:
    size = len(sequence)
    return next((at for at in range(len(ids) - size, -1, -1) if ids[at : at + size] == sequence), -1)
