"""protocol.py says what server/worker/protocol.ts says: both read the same golden frames."""

import re
from pathlib import Path
from typing import get_args

import msgspec
import pytest

from mlx_worker.errors import ErrorCode
from mlx_worker.protocol import from_engine_decoder, readable_id, to_engine_decoder

SERVER = Path(__file__).resolve().parents[2] / "server"
GOLDEN = SERVER / "worker" / "golden"
DECODERS = {"to_engine": to_engine_decoder, "from_engine": from_engine_decoder}


def frames(folder: str) -> list[Path]:
    found = sorted((GOLDEN / folder).glob("*.json"))
    assert found, f"no golden frames in {folder}"
    return found


def id_of(file: Path) -> str:
    return f"{file.parent.name}/{file.stem}"


@pytest.mark.parametrize("file", frames("to_engine") + frames("from_engine"), ids=id_of)
def test_golden_frame_is_accepted_and_comes_back_the_same(file: Path) -> None:
    golden = msgspec.json.decode(file.read_bytes())
    again = msgspec.to_builtins(DECODERS[file.parent.name].decode(file.read_bytes()))
    assert covers(again, golden), f"{again} does not say what {golden} says"


@pytest.mark.parametrize("file", frames("refused/to_engine") + frames("refused/from_engine"), ids=id_of)
def test_malformed_frame_is_refused(file: Path) -> None:
    with pytest.raises(msgspec.DecodeError):
        DECODERS[file.parent.name].decode(file.read_bytes())


@pytest.mark.parametrize("folder", ["to_engine", "from_engine"])
def test_every_frame_type_has_a_golden_sample(folder: str) -> None:
    kinds = {kind.__struct_config__.tag for kind in get_args(DECODERS[folder].type)}
    assert kinds == {msgspec.json.decode(file.read_bytes())["type"] for file in frames(folder)}


def test_error_codes_are_the_daemons() -> None:
    source = (SERVER / "kernel" / "errors.ts").read_text()
    block = source[source.index("ERROR_CODES = [") : source.index("] as const")]
    assert list(get_args(ErrorCode)) == re.findall(r"^\s+'(\w+)'", block, re.MULTILINE)


def test_refused_frame_still_tells_its_id() -> None:
    assert readable_id(b'{"type": "reboot", "id": "7"}') == "7"
    assert readable_id(b'{"type": "generate", "row": "r"}') == "r"
    assert readable_id(b'{"id": 7}') is None
    assert readable_id(b"[1") is None


def covers(whole: object, part: object) -> bool:
    """Whether `whole` says everything in `part`; defaults may add to it."""
    if isinstance(part, dict) and isinstance(whole, dict):
        return all(key in whole and covers(whole[key], value) for key, value in part.items())
    if isinstance(part, list) and isinstance(whole, list):
        return len(whole) == len(part) and all(map(covers, whole, part))
    return whole == part
