import json
import shutil
import struct
from pathlib import Path
from typing import Any

import mlx.core as mx
import pytest

from mlx_worker.directory import check_directory
from mlx_worker.errors import EngineError

from .tiny import QWEN2, make_model


@pytest.fixture
def model(qwen: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(qwen, tmp_path / "model"))


def refusal(path: Path) -> EngineError:
    with pytest.raises(EngineError) as caught:
        check_directory(str(path))
    return caught.value


def edit(file: Path, **changes: Any) -> None:
    file.write_text(json.dumps({**json.loads(file.read_text()), **changes}))


def rewrite_header(file: Path, change: Any) -> None:
    raw = file.read_bytes()
    length = struct.unpack("<Q", raw[:8])[0]
    header = json.loads(raw[8 : 8 + length])
    change(header)
    encoded = json.dumps(header).encode()
    file.write_bytes(struct.pack("<Q", len(encoded)) + encoded + raw[8 + length :])


def test_good_directory_is_described_without_loading_it(model: Path) -> None:
    found = check_directory(str(model))
    assert found.architecture == "qwen2"
    assert found.context_window == QWEN2["max_position_embeddings"]
    arrays: Any = mx.load(str(model / "model.safetensors"))
    assert found.weights_bytes == sum(array.nbytes for array in arrays.values())
    assert found.float32_bytes() == found.weights_bytes


def test_hash_follows_the_weights_and_not_the_place(model: Path, qwen: Path) -> None:
    assert check_directory(str(model)).model_hash == check_directory(str(qwen)).model_hash
    raw = bytearray((model / "model.safetensors").read_bytes())
    raw[-1] ^= 1
    (model / "model.safetensors").write_bytes(raw)
    assert check_directory(str(model)).model_hash != check_directory(str(qwen)).model_hash


def test_missing_folder_is_refused(tmp_path: Path) -> None:
    assert refusal(tmp_path / "none").code == "model_invalid"


@pytest.mark.parametrize("name", ["config.json", "model.safetensors", "tokenizer.json"])
def test_missing_part_is_named(model: Path, name: str) -> None:
    (model / name).unlink()
    error = refusal(model)
    assert error.code == "model_invalid"
    assert name.split(".")[-1] in error.message


@pytest.mark.parametrize("name", ["modeling_qwen.py", "pytorch_model.bin", "weights.pt", "data.pkl", "x.PY"])
def test_file_that_could_run_code_is_refused(model: Path, name: str) -> None:
    (model / name).write_bytes(b"")
    error = refusal(model)
    assert error.code == "model_invalid"
    assert error.details["file"] == name


@pytest.mark.parametrize(
    ("file", "change"),
    [
        ("config.json", {"model_file": "evil.py"}),
        ("config.json", {"auto_map": {"AutoModel": "evil.Model"}}),
        ("tokenizer_config.json", {"auto_map": {"AutoTokenizer": ["evil.T", None]}}),
        ("tokenizer_config.json", {"chat_template_type": "../evil"}),
        ("tokenizer_config.json", {"tool_parser_type": "os.path"}),
    ],
)
def test_custom_code_is_refused(model: Path, file: str, change: dict[str, Any]) -> None:
    edit(model / file, **change)
    assert refusal(model).code == "model_invalid"


def test_unknown_architecture_is_unsupported(model: Path) -> None:
    edit(model / "config.json", model_type="transformer9000")
    assert refusal(model).code == "model_unsupported"


@pytest.mark.parametrize("model_type", ["../evil", "a.b", "", 7, None])
def test_impossible_architecture_is_refused(model: Path, model_type: Any) -> None:
    edit(model / "config.json", model_type=model_type)
    assert refusal(model).code == "model_invalid"


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "nul", "[" * 200_000, '"\ud800'.encode("utf-8", "surrogatepass")]
)
def test_unreadable_config_is_refused(model: Path, text: str | bytes) -> None:
    (model / "config.json").write_bytes(text if isinstance(text, bytes) else text.encode())
    assert refusal(model).code == "model_invalid"


@pytest.mark.parametrize("keep", [0, 4, 8, 100, -1])
def test_weights_cut_short_are_refused(model: Path, keep: int) -> None:
    file = model / "model.safetensors"
    file.write_bytes(file.read_bytes()[:keep])
    assert refusal(model).code == "model_invalid"


def test_header_that_lies_is_refused(model: Path) -> None:
    file = model / "model.safetensors"
    original = file.read_bytes()

    def lies() -> Any:
        yield lambda h: first(h).update(dtype="F99")
        yield lambda h: first(h).update(shape=[-1])
        yield lambda h: first(h).update(shape=[10**12])
        yield lambda h: first(h).update(data_offsets=[0, 10**15])
        yield lambda h: first(h).update(data_offsets=[4])
        yield lambda h: h.update(extra={"dtype": "F32", "shape": [1], "data_offsets": [0, 4]})
        yield lambda h: h.update(extra="text")

    for lie in lies():
        file.write_bytes(original)
        rewrite_header(file, lie)
        assert refusal(model).code == "model_invalid"


def test_header_length_beyond_the_file_is_refused(model: Path) -> None:
    (model / "model.safetensors").write_bytes(struct.pack("<Q", 2**63) + b"{}")
    assert refusal(model).code == "model_invalid"


def test_incomplete_index_is_refused(model: Path) -> None:
    index = model / "model.safetensors.index.json"
    index.write_text(json.dumps({"weight_map": {"a": "model-00002-of-00002.safetensors"}}))
    assert "missing" in refusal(model).message
    index.write_text(json.dumps({"weight_map": {"a": "model.safetensors"}}))
    assert "lacks" in refusal(model).message
    index.write_text(json.dumps({"weight_map": {"a": "../model.safetensors"}}))
    assert "impossible" in refusal(model).message


def test_quantized_weights_widen_to_what_they_hold(tmp_path: Path, qwen: Path) -> None:
    half = check_directory(str(make_model(tmp_path / "half", dtype=mx.bfloat16)))
    assert half.float32_bytes() == 2 * half.weights_bytes
    packed = check_directory(str(make_model(tmp_path / "packed", quantize=4)))
    assert packed.float32_bytes() == check_directory(str(qwen)).weights_bytes


def first(header: dict[str, Any]) -> dict[str, Any]:
    return next(entry for name, entry in header.items() if name != "__metadata__")
