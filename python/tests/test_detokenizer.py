from pathlib import Path
from typing import Any

import pytest

from mlx_worker.channels import PLAIN
from mlx_worker.detokenizer import TokenBytes, characters
from mlx_worker.row_text import RowText

from .tiny import make_tokenizer

TEXT = "Grüße 🙂🙃 aus Köln: 你好世界!\n\n def add(a, b):\n    return a + b"
BYTE_LEVEL = {"type": "ByteLevel"}


def text_of(tokens: TokenBytes, tokenizer: Any, stop: list[str]) -> RowText:
    return RowText(characters(tokens, tokenizer), PLAIN, stop)


class Plain:
    """The part of transformers' tokenizer that a detokenizer needs, over `tokenizers` alone."""

    def __init__(self, tokenizer: Any) -> None:
        self._tokenizer = tokenizer

    def get_added_vocab(self) -> dict[str, int]:
        return {token.content: id for id, token in self._tokenizer.get_added_tokens_decoder().items()}

    def convert_ids_to_tokens(self, token: int) -> str | None:
        return self._tokenizer.id_to_token(token)

    def encode(self, text: str) -> list[int]:
        return self._tokenizer.encode(text).ids

    def decode(self, ids: list[int]) -> str:
        return self._tokenizer.decode(ids, skip_special_tokens=False)


@pytest.fixture(scope="module")
def tokenizer(tmp_path_factory: pytest.TempPathFactory) -> Plain:
    path: Path = tmp_path_factory.mktemp("tokenizer")
    return Plain(make_tokenizer(path))


@pytest.fixture(params=["bytes", "decoded again"])
def tokens(request: pytest.FixtureRequest, tokenizer: Plain) -> TokenBytes:
    """Both ways from ids to text: bytes per token, and the fallback for unknown tokenizers."""
    return TokenBytes(tokenizer, BYTE_LEVEL if request.param == "bytes" else None)


def test_streamed_text_is_the_whole_text(tokens: TokenBytes, tokenizer: Plain) -> None:
    text = text_of(tokens, tokenizer, [])
    pieces = [text.push(token).text for token in tokenizer.encode(TEXT)]
    assert "".join(pieces) + text.finish(complete=True).text == TEXT
    assert not any("\ufffd" in piece for piece in pieces)


def test_half_a_character_is_never_shown(tokens: TokenBytes, tokenizer: Plain) -> None:
    ids = tokenizer.encode("🦜")
    assert len(ids) > 1, "the tokenizer must split this character"
    text = text_of(tokens, tokenizer, [])
    assert [text.push(token).text for token in ids] == [""] * (len(ids) - 1) + ["🦜"]


def test_half_a_character_at_the_end_shows_only_when_the_model_ended_there(tokenizer: Plain) -> None:
    ids = tokenizer.encode("ok🦜")[:-1]
    tokens = TokenBytes(tokenizer, BYTE_LEVEL)
    for complete, tail in ((True, "\ufffd"), (False, "")):
        text = text_of(tokens, tokenizer, [])
        shown = "".join(text.push(token).text for token in ids)
        assert shown + text.finish(complete=complete).text == "ok" + tail


@pytest.mark.parametrize("stop", ["aus", "🙃", "\n\n", "ß", "你好", "Grüße", "d add("])
def test_stop_string_ends_the_text_before_it_wherever_tokens_cut_it(
    stop: str, tokens: TokenBytes, tokenizer: Plain
) -> None:
    text = text_of(tokens, tokenizer, [stop, "never said"])
    shown = ""
    for token in tokenizer.encode(TEXT):
        shown += text.push(token).text
        assert stop not in shown
        if text.stopped:
            break
    expected = TEXT.split(stop)[0] if stop in TEXT else TEXT
    assert shown + text.finish(complete=False).text == expected
    assert text.stopped == (stop in TEXT)


def test_beginning_of_a_stop_string_is_held_back_until_it_is_certain(tokenizer: Plain) -> None:
    text = text_of(TokenBytes(tokenizer, BYTE_LEVEL), tokenizer, ["XYZ"])
    shown = [text.push(token).text for token in tokenizer.encode("aXYbXY")]
    assert "".join(shown) == "aXYb"
    assert text.finish(complete=False).text == "XY"


def test_replay_goes_on_where_the_delivered_text_ended(tokens: TokenBytes, tokenizer: Plain) -> None:
    ids = tokenizer.encode(TEXT)
    for cut in range(len(ids) + 1):
        first = text_of(tokens, tokenizer, ["\n\n"])
        delivered = "".join(first.push(token).text for token in ids[:cut])
        second = text_of(tokens, tokenizer, ["\n\n"])
        rest = second.replay(ids[:cut], delivered).text
        for token in ids[cut:]:
            if second.stopped:
                break
            rest += second.push(token).text
        assert delivered + rest == TEXT.split("\n\n")[0]


def test_replay_delivers_what_the_journal_missed(tokens: TokenBytes, tokenizer: Plain) -> None:
    text = text_of(tokens, tokenizer, [])
    assert text.replay(tokenizer.encode("one two"), "one").text == " two"


def test_replay_refuses_text_of_other_tokens(tokens: TokenBytes, tokenizer: Plain) -> None:
    with pytest.raises(ValueError, match="not the text"):
        text_of(tokens, tokenizer, []).replay(tokenizer.encode("one"), "two")


def test_sentencepiece_pieces_become_text() -> None:
    class Pieces:
        names = ("\u2581Hi", "\u2581there", "<0xC3>", "<0xBC>", "<eos>")

        def get_added_vocab(self) -> dict[str, int]:
            return {"<eos>": 4}

        def convert_ids_to_tokens(self, token: int) -> str:
            return self.names[token]

    kinds = [{"type": kind} for kind in ("Replace", "ByteFallback", "Fuse", "Strip")]
    text = text_of(TokenBytes(Pieces(), {"type": "Sequence", "decoders": kinds}), Pieces(), [])
    assert [text.push(token).text for token in range(5)] == ["Hi", " there", "", "ü", "<eos>"]
