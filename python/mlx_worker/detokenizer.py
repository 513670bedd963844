"""From token ids to whole characters."""

import codecs
from typing import Any, Protocol

REPLACEMENT = "\ufffd"


class TokenBytes:
    """The bytes of each token id, built once per model and filled as ids are met.

    Two families cover nearly every model: byte-level BPE, whose vocabulary spells bytes as printable
    characters (https://github.com/openai/gpt-2/blob/master/src/encoder.py), and SentencePiece with
    byte fallback. Any other tokenizer has no bytes per token, and `known` is False.
    """

    def __init__(self, tokenizer: Any, decoder: dict[str, Any] | None) -> None:
        self._tokenizer = tokenizer
        kinds = _decoder_kinds(decoder)
        self._byte_level = "ByteLevel" in kinds
        self._pieces = {"ByteFallback", "Fuse"} <= set(kinds)
        self.known = self._byte_level or self._pieces
        # SentencePiece writes a space before the first word; its decoder strips it again.
        self.strips_first_space = self._pieces and "Strip" in kinds
        self._added = set(tokenizer.get_added_vocab().values())
        self._memory: dict[int, bytes] = {}

    def __getitem__(self, token: int) -> bytes:
        found = self._memory.get(token)
        if found is None:
            found = self._memory[token] = self._look_up(token)
        return found

    def _look_up(self, token: int) -> bytes:
        piece = self._tokenizer.convert_ids_to_tokens(token)
        if piece is None:
            return b""
        if token in self._added:
            return piece.encode()
        if self._byte_level:
            return b"".join(_BYTE_OF.get(character) or character.encode() for character in piece)
        if len(piece) == 6 and piece.startswith("<0x"):
            return bytes([int(piece[3:5], 16)])
        return piece.replace("\u2581", " ").encode()


class Characters(Protocol):
    """Whole characters of one row, id by id."""

    def push(self, token: int) -> str:
        """The characters that this id completes."""
        ...

    def finish(self) -> str:
        """What is left when no id follows: half a character shows as U+FFFD."""
        ...


def characters(tokens: TokenBytes, tokenizer: Any) -> Characters:
    """A fresh stream of characters, by bytes where they are known."""
    return _Bytes(tokens) if tokens.known else _Redecoded(tokenizer)


class _Bytes:
    def __init__(self, tokens: TokenBytes) -> None:
        self._tokens = tokens
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._strip = tokens.strips_first_space

    def push(self, token: int) -> str:
        text = self._decoder.decode(self._tokens[token])
        if self._strip and text:
            self._strip = False
            return text.removeprefix(" ")
        return text

    def finish(self) -> str:
        return self._decoder.decode(b"", final=True)


class _Redecoded:
    """For tokenizers without bytes per token: decode the current line again and take what is new."""

    def __init__(self, tokenizer: Any) -> None:
        self._tokenizer = tokenizer
        self._line: list[int] = []
        self._shown = 0

    def push(self, token: int) -> str:
        self._line.append(token)
        text = self._tokenizer.decode(self._line)
        if text.endswith(REPLACEMENT):
            return ""
        new, self._shown = text[self._shown :], max(self._shown, len(text))
        if text.endswith("\n"):
            self._line, self._shown = [], 0
        return new

    def finish(self) -> str:
        return self._tokenizer.decode(self._line)[self._shown :] if self._line else ""


def _decoder_kinds(decoder: dict[str, Any] | None) -> list[str]:
    if not decoder:
        return []
    parts = decoder.get("decoders") if decoder.get("type") == "Sequence" else [decoder]
    return [part.get("type", "") for part in parts or []]


def _bytes_of_characters() -> dict[str, bytes]:
    printable = [
        *range(ord("!"), ord("~") + 1),
        *range(ord("¡"), ord("¬") + 1),
        *range(ord("®"), ord("ÿ") + 1),
    ]
    table = {chr(byte): bytes([byte]) for byte in printable}
    others = (byte for byte in range(256) if byte not in set(printable))
    table.update({chr(256 + index): bytes([byte]) for index, byte in enumerate(others)})
    return table


_BYTE_OF = _bytes_of_characters()
