"""Everything that needs the tokenizer: prompts, exact counts, row texts. Lives on the IO thread."""

import hashlib
import json
from array import array
from collections.abc import Sequence
from typing import Any

from .channels import PLAIN, channel_format
from .constraints import Constraints, RowConstraint, Thinking, refusal
from .detokenizer import TokenBytes, characters
from .errors import EngineError
from .loader import LoadedModel
from .prompts import (
    MARK_END,
    MARK_START,
    UNMARKED,
    Chat,
    Prompts,
    control_pattern,
    marked_pattern,
)
from .protocol import Counted, CountTokens, Generate
from .row_text import RowText
from .thinking import OpenThinking
from .tool_calls import CallReader


class Tokens:
    """Prompts and texts of one loaded model."""

    def __init__(self, loaded: LoadedModel) -> None:
        self._wrapper = loaded.tokenizer
        self._tokenizer = loaded.tokenizer._tokenizer
        self.context_window = loaded.receipt.context_window
        self.vocabulary = loaded.receipt.vocabulary
        self.end_token_ids = loaded.end_token_ids
        self.trimmable = loaded.receipt.trimmable
        newline = self._tokenizer.encode("\n", add_special_tokens=False)
        # As in mlx_lm's server: an answer without its line breaks or its end is not a more surprising one.
        self.spared_token_ids = tuple(sorted({*newline, *loaded.end_token_ids}))
        self._bytes = TokenBytes(self._tokenizer, _decoder(self._tokenizer))
        self._prompts = Prompts(self._wrapper)
        self._has_tools = loaded.receipt.has_tools
        self._constraints = Constraints(
            self._wrapper, self._tokenizer, loaded.end_token_ids, loaded.receipt.vocabulary
        )
        added = self._tokenizer.added_tokens_decoder
        self._thinking = OpenThinking(self._wrapper, added)
        # A composer asks again at every keystroke, with the same messages and another text.
        self._shared: tuple[Chat | None, list[int]] = (None, [])
        special = [token.content for token in added.values() if token.special]
        self._control = control_pattern(special)
        self._marked = marked_pattern(self._control)

    def bytes_of(self, token: int) -> list[int]:
        """The bytes that a token stands for, as log-probabilities report them; no whole character perhaps."""
        known = self._bytes.known
        return list(self._bytes[token] if known else self._tokenizer.decode([token]).encode())

    def row_text(self, stop: Sequence[str]) -> RowText:
        """A fresh text with these stop strings and no channels."""
        return RowText(characters(self._bytes, self._tokenizer), PLAIN, stop)

    def answer_text(self, frame: Generate, prompt: Sequence[int], seed: int) -> RowText:
        """The text of the row that answers `frame`. The seed makes the ids of its calls its own."""
        offered = frame.tools if frame.tool_choice != "none" else []
        salt = f"{prompt_hash(prompt)}:{seed}"
        return RowText(
            characters(self._bytes, self._tokenizer),
            channel_format(self._wrapper, tools=bool(offered)),
            frame.sampling.stop,
            calls=CallReader(self._wrapper, offered, salt) if self._wrapper.has_tool_calling else None,
            reasoning=self._thinking.at_end_of(prompt),
        )

    def row_constraint(self, frame: Generate, prompt: Sequence[int]) -> RowConstraint | None:
        """What the row must match; None for one that may say anything.

        Raises EngineError `invalid_request`, named by its parameter.
        """
        forced = frame.tool_choice not in ("auto", "none")
        if frame.constraint is None and not forced:
            return None
        if frame.constraint is not None and (forced or (frame.tools and frame.tool_choice == "auto")):
            raise refusal("A constraint leaves no room for tool calls; use tool_choice none.", "constraint")
        if self._wrapper.response_initial_state is not None:
            parameter = "constraint" if frame.constraint is not None else "tool_choice"
            raise refusal("This model writes headers of its own, which cannot be constrained.", parameter)
        thinking = None
        opened = self._thinking.at_end_of(prompt)
        if self._wrapper.has_thinking and (opened or frame.thinking != "off"):
            start, end = self._wrapper.think_start_tokens, self._wrapper.think_end_tokens
            thinking = Thinking(tuple(start), tuple(end), opened)
        if frame.constraint is not None:
            return self._constraints.compile(frame.constraint, thinking)
        return self._constraints.force_call(frame.tools, frame.tool_choice, thinking)

    def prompt(self, chat: Chat) -> list[int]:
        """Ids of the rendered chat.

        Raises EngineError `invalid_request` or `model_invalid`.
        """
        if not chat.messages:
            raise EngineError("invalid_request", "A prompt needs at least one message.")
        if chat.continue_final and chat.messages[-1].role != "assistant":
            raise EngineError("invalid_request", "Only an assistant message can be continued.")
        if chat.tools and not self._has_tools:
            raise refusal("This model was not made to call tools.", "tools")
        return self._encode(self._render(chat))

    def stable_lengths(self, chat: Chat, prompt: list[int]) -> tuple[int, ...]:
        """Lengths of `prompt` up to which a later prompt of this conversation, or of one with the same
        system prompt, has the same ids: templates rewrite only what follows the last user's turn, where
        they drop earlier reasoning as soon as the user speaks again."""
        messages = chat.messages
        asked = messages[:-1] if chat.continue_final else messages
        whole = self._render(chat)
        users = [index + 1 for index, message in enumerate(asked) if message.role == "user"]
        parts = {*users[-1:], len(asked)} - {0}
        if asked and asked[0].role == "system":
            parts.add(1)
        lengths: set[int] = set()
        for part in sorted(parts):
            try:
                text = self._render(chat.beginning(part), open_answer=False)
            except EngineError:
                # Some templates refuse a lone system message.
                continue
            if not whole.startswith(text):
                continue
            lengths.add(self._border(prompt, text, whole[len(text) :]))
        return tuple(sorted(lengths - {0}))

    def _border(self, prompt: list[int], before: str, after: str) -> int:
        """How many ids of `prompt` stand for `before`; 0 when a token spans the border.

        The shorter side is encoded: the other may be a whole conversation.
        """
        if len(before) < len(after):
            head = self._encode(before)
            return len(head) if prompt[: len(head)] == head else 0
        rest = self._encode(after)
        return len(prompt) - len(rest) if rest and prompt[-len(rest) :] == rest else 0

    def count(self, frame: CountTokens) -> Counted:
        """The prompt size in tokens, each message's share of it, and `text` alone.

        `tokens` includes the generation prompt, so it is what a generation of these messages reports.
        """
        text_tokens = len(self._encode(self._mark(frame.text))) if frame.text else 0
        if not frame.messages:
            return Counted(frame.id, 0, [], text_tokens)
        chat = Chat(frame.messages, tuple(frame.tools))
        if chat != self._shared[0]:
            total = len(self.prompt(chat))
            self._shared = chat, self._shares(chat, total)
        shares = self._shared[1]
        return Counted(frame.id, sum(shares), shares, text_tokens)

    def _shares(self, chat: Chat, total: int) -> list[int]:
        """Tokens each message adds; the first carries what the template writes by itself, the last the
        generation prompt, so they sum to `total`."""
        bounds: list[int] = []
        before, counted = "", 0
        for end in range(1, len(chat.messages)):
            try:
                text = self._render(chat.beginning(end), open_answer=False)
            except EngineError:
                # Some templates refuse a prefix (a lone system message): its tokens go to the next one.
                bounds.append(counted)
                continue
            # Messages begin with a control token, so what follows one can be counted alone.
            if not text.startswith(before):
                before, counted = "", 0
            counted += len(self._encode(text[len(before) :]))
            before = text
            bounds.append(counted)
        bounds.append(total)
        shares, reached = [], 0
        for bound in bounds:
            reached_next = min(max(bound, reached), total)
            shares.append(reached_next - reached)
            reached = reached_next
        return shares

    def _render(self, chat: Chat, *, open_answer: bool = True) -> str:
        """The prompt text, with control tokens that people typed still marked."""
        return self._prompts.render(chat, self._mark, open_answer=open_answer)

    def _mark(self, text: str) -> str:
        return self._control.sub(f"{MARK_START}\\g<0>{MARK_END}", text.translate(UNMARKED))

    def plain(self, text: str) -> list[int]:
        """Ids of a prompt without a template: whoever writes it writes its control tokens, which are obeyed.

        Raises EngineError `invalid_request`.
        """
        try:
            return list(self._tokenizer.encode(text))
        except Exception as error:
            raise EngineError("invalid_request", f"The tokenizer cannot read the prompt: {error}") from error

    def _encode(self, text: str) -> list[int]:
        """Ids of a text in which marked control tokens are spelled out instead of obeyed."""
        ids: list[int] = []
        try:
            for index, piece in enumerate(self._marked.split(text)):
                if not piece:
                    continue
                ids += self._tokenizer.encode(
                    piece, add_special_tokens=False, split_special_tokens=index % 2 == 1
                )
        except Exception as error:
            raise EngineError("engine_failed", f"The tokenizer rejects this text: {error}") from error
        return ids


def prompt_hash(token_ids: Sequence[int]) -> str:
    """sha256 over the ids as little-endian u32."""
    return f"sha256:{hashlib.sha256(array('I', token_ids).tobytes()).hexdigest()}"


def _decoder(tokenizer: Any) -> dict[str, Any] | None:
    """The decoder section of tokenizer.json, asked of the tokenizer built from it."""
    backend = getattr(tokenizer, "backend_tokenizer", None)
    if backend is None or backend.decoder is None:
        return None
    return json.loads(backend.decoder.__getstate__())
