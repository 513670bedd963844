"""Everything that needs the tokenizer: prompts, exact counts, row texts. Lives on the IO thread."""

import hashlib
import json
import re
from array import array
from collections.abc import Sequence
from typing import Any

from .detokenizer import RowText, TokenBytes
from .errors import EngineError
from .loader import LoadedModel
from .protocol import Counted, CountTokens, WireMessage
from .template import ChatTemplate

# Private-use characters around control tokens that a person typed, so that they stay text.
MARK_START, MARK_END = "\U000f0000", "\U000f0001"
CONTINUE_HERE = "\U000f0002"


class Tokens:
    """Prompts and texts of one loaded model."""

    def __init__(self, loaded: LoadedModel) -> None:
        self._wrapper = loaded.tokenizer
        self._tokenizer = loaded.tokenizer._tokenizer
        self.context_window = loaded.receipt.context_window
        self.vocabulary = loaded.receipt.vocabulary
        self.end_token_ids = loaded.end_token_ids
        newline = self._tokenizer.encode("\n", add_special_tokens=False)
        # As in mlx_lm's server: an answer without its line breaks or its end is not a more surprising one.
        self.spared_token_ids = tuple(sorted({*newline, *loaded.end_token_ids}))
        self._bytes = TokenBytes(self._tokenizer, _decoder(self._tokenizer))
        self._template: ChatTemplate | None = None
        # A composer asks again at every keystroke, with the same messages and another text.
        self._shared: tuple[list[WireMessage], list[int]] = ([], [])
        special = sorted(
            {token.content for token in self._tokenizer.added_tokens_decoder.values() if token.special},
            key=len,
            reverse=True,
        )
        self._control = re.compile("|".join(map(re.escape, special)) or "(?!)")
        self._marked = re.compile(f"{MARK_START}({self._control.pattern}){MARK_END}|[{MARK_START}{MARK_END}]")

    def bytes_of(self, token: int) -> list[int]:
        """The bytes that a token stands for, as log-probabilities report them; no whole character perhaps."""
        known = self._bytes.known
        return list(self._bytes[token] if known else self._tokenizer.decode([token]).encode())

    def row_text(self, stop: Sequence[str]) -> RowText:
        """A fresh detokenizer with these stop strings."""
        return RowText(self._bytes, self._tokenizer, stop)

    def prompt(self, messages: Sequence[WireMessage], *, continue_final: bool) -> list[int]:
        """Ids of the rendered chat. `continue_final` leaves the last message open for the model to go on.

        Raises EngineError `invalid_request` or `model_invalid`.
        """
        if not messages:
            raise EngineError("invalid_request", "A prompt needs at least one message.")
        if continue_final and messages[-1].role != "assistant":
            raise EngineError("invalid_request", "Only an assistant message can be continued.")
        return self._encode(self._render(messages, continue_final=continue_final))

    def stable_lengths(
        self, messages: Sequence[WireMessage], prompt: list[int], *, continue_final: bool
    ) -> tuple[int, ...]:
        """Lengths of `prompt` up to which a later prompt of this conversation, or of one with the same
        system prompt, has the same ids: templates rewrite only what follows the last user's turn."""
        asked = messages[:-1] if continue_final else messages
        whole = self._render(messages, continue_final=continue_final)
        lengths: set[int] = set()
        for part in [asked[:1], asked] if asked and asked[0].role == "system" else [asked]:
            try:
                text = self._render(part, continue_final=False, open_answer=False)
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
        if frame.messages != self._shared[0]:
            total = len(self._encode(self._render(frame.messages, continue_final=False)))
            self._shared = frame.messages, self._shares(frame.messages, total)
        shares = self._shared[1]
        return Counted(frame.id, sum(shares), shares, text_tokens)

    def _shares(self, messages: Sequence[WireMessage], total: int) -> list[int]:
        """Tokens each message adds; the first carries what the template writes by itself, the last the
        generation prompt, so they sum to `total`."""
        bounds: list[int] = []
        before, counted = "", 0
        for end in range(1, len(messages)):
            try:
                text = self._render(messages[:end], continue_final=False, open_answer=False)
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

    def _render(
        self, messages: Sequence[WireMessage], *, continue_final: bool, open_answer: bool = True
    ) -> str:
        """The prompt text, with control tokens that people typed still marked."""
        chat = [{"role": message.role, "content": self._content(message)} for message in messages]
        if continue_final:
            chat[-1]["content"] += CONTINUE_HERE
        text = self._rendered(chat, open_answer and not continue_final)
        if not continue_final:
            return text
        before, mark, _ = text.rpartition(CONTINUE_HERE)
        if not mark:
            raise EngineError(
                "model_invalid", "The model's chat template drops the end of an assistant message."
            )
        return before

    def _content(self, message: WireMessage) -> str:
        # What a model wrote may hold its own control tokens; what people and tools wrote may not.
        return message.content if message.role == "assistant" else self._mark(message.content)

    def _rendered(self, chat: list[dict[str, Any]], add_generation_prompt: bool) -> str:
        if self._wrapper._chat_template is not None:
            # A renderer written in mlx_lm itself, for models that ship no Jinja template.
            return self._wrapper.apply_chat_template(
                chat, tokenize=False, add_generation_prompt=add_generation_prompt
            )
        if self._template is None:
            self._template = self._compile()
        return self._template.render(chat, add_generation_prompt=add_generation_prompt)

    def _compile(self) -> ChatTemplate:
        source = self._tokenizer.chat_template
        if isinstance(source, dict):
            source = source.get("default")
        if not isinstance(source, str):
            raise EngineError(
                "model_invalid", "The model has no chat template; it is a base model, not one to talk to."
            )
        special = {
            key: str(value)
            for key, value in self._tokenizer.special_tokens_map.items()
            if isinstance(value, str)
        }
        return ChatTemplate(source, special, enable_thinking=bool(self._wrapper.has_thinking))

    def _mark(self, text: str | None) -> str:
        clean = (text or "").translate({ord(mark): None for mark in (MARK_START, MARK_END, CONTINUE_HERE)})
        return self._control.sub(f"{MARK_START}\\g<0>{MARK_END}", clean)

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
