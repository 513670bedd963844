"""From a `generate` frame to a row: its prompt, and everything that a request can get wrong."""

import re
import secrets
from dataclasses import dataclass
from typing import Literal

import msgspec

from .contradictions import check_sampling
from .errors import EngineError
from .guessing import RowGuesses
from .prompts import Chat
from .protocol import Generate, WireMessage
from .rows import Row
from .tokens import Tokens

# msgspec's own words: a path as in "Expected `int`, got `str` - at `$.sampling.seed`".
WHERE = re.compile(r"at `\$\.?([^`]*)`$")
FIELD = re.compile(r"(?:unknown|required) field `([^`]+)`")


@dataclass
class Admission:
    """A row, and how it ended when there is nothing left to say."""

    row: Row
    ended: Literal["stop", "length"] | None


def admit(frame: Generate, tokens: Tokens) -> Admission:
    """Tokenise, and replay what a resumed row already said.

    Raises EngineError: `invalid_request` (with the field in `details.parameter`), `context_overflow`,
    `model_invalid`, `unsupported`.
    """
    prompt = _prompt(tokens, frame)
    window = tokens.context_window
    if len(prompt) >= window:
        raise EngineError(
            "context_overflow",
            f"The prompt has {len(prompt)} tokens; the context window holds {window}.",
            prompt_tokens=len(prompt),
            context_window=window,
        )
    resumed = frame.resume.token_ids if frame.resume else []
    ended = bool(resumed) and resumed[-1] in tokens.end_token_ids
    if ended:
        resumed = resumed[:-1]
    _check_ids(resumed, tokens.vocabulary, "resume.token_ids")
    check_sampling(frame.sampling, tokens.vocabulary)
    seed = frame.sampling.seed if frame.sampling.seed is not None else secrets.randbits(32)
    row = Row(
        id=frame.row,
        token_ids=prompt + resumed,
        prompt_tokens=len(prompt),
        limit=min(frame.sampling.max_tokens, window - len(prompt)),
        sampling=frame.sampling,
        seed=seed,
        priority=frame.priority,
        text=tokens.answer_text(frame, prompt, seed),
        constraint=tokens.row_constraint(frame, prompt),
        completed=len(resumed),
        spared=tokens.spared_token_ids,
        checkpoints=_checkpoints(tokens, frame, prompt),
        guesses=RowGuesses() if frame.speculation == "auto" else None,
    )
    if frame.resume:
        try:
            row.unsent = row.text.replay(resumed, frame.resume.text, frame.resume.reasoning)
        except ValueError as error:
            raise EngineError("invalid_request", str(error), parameter="resume") from error
    if row.constraint is not None:
        row.constrained_by = frame
        row.constraint.follow(len(prompt), resumed)
    if ended or row.text.stopped:
        return Admission(row, "stop")
    return Admission(row, "length" if row.completed >= row.limit else None)


def not_understood(error: Exception) -> EngineError:
    """Why a frame was refused, with the path of the field when there is one."""
    words = str(error)
    where, field = WHERE.search(words), FIELD.search(words)
    names = [found[1] for found in (where, field) if found and found[1]]
    message = f"The frame is not understood: {words}"
    if not names:
        return EngineError("invalid_request", message)
    return EngineError("invalid_request", message, parameter=".".join(names))


def unreadable_row(payload: bytes) -> str | None:
    """The row of a `generate` frame that was refused: it waits for its `finished`."""
    try:
        frame = msgspec.json.decode(payload)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        return None
    if not isinstance(frame, dict) or frame.get("type") != "generate":
        return None
    row = frame.get("row")
    return row if isinstance(row, str) and 1 <= len(row) <= 64 else None


def _prompt(tokens: Tokens, frame: Generate) -> list[int]:
    given = {
        "messages": frame.messages,
        "prompt": frame.prompt,
        "prompt_token_ids": frame.prompt_token_ids,
    }
    names = [name for name, value in given.items() if value is not None]
    if len(names) != 1:
        raise EngineError(
            "invalid_request",
            "Exactly one of messages, prompt and prompt_token_ids is needed.",
            parameter=names[-1] if names else "messages",
        )
    if frame.continue_final and frame.messages is None:
        raise EngineError(
            "invalid_request", "continue_final needs messages to continue.", parameter="continue_final"
        )
    if frame.messages is not None:
        prompt = tokens.prompt(_chat(frame, frame.messages))
    elif frame.prompt is not None:
        prompt = tokens.plain(frame.prompt)
    else:
        prompt = list(frame.prompt_token_ids or [])
        _check_ids(prompt, tokens.vocabulary, "prompt_token_ids")
    if not prompt:
        raise EngineError("invalid_request", "The prompt is empty.", parameter=names[0])
    return prompt


def _checkpoints(tokens: Tokens, frame: Generate, prompt: list[int]) -> tuple[int, ...]:
    """Where to keep a cache that cannot be cut; any other needs no such places."""
    if tokens.trimmable:
        return ()
    if frame.messages is None:
        return (len(prompt) - 1,)
    return tokens.stable_lengths(_chat(frame, frame.messages), prompt)


def _chat(frame: Generate, messages: list[WireMessage]) -> Chat:
    offered = frame.tools if frame.tool_choice != "none" else []
    return Chat(messages, tuple(offered), frame.thinking, frame.continue_final)


def _check_ids(token_ids: list[int], vocabulary: int, parameter: str) -> None:
    """Raises EngineError for an id outside the embedding table: MLX would read beyond it."""
    worst = max(token_ids, default=0)
    if worst >= vocabulary:
        raise EngineError(
            "invalid_request",
            f"The token id {worst} is outside the vocabulary of {vocabulary}.",
            parameter=parameter,
        )
