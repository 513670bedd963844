"""The batch API of the pinned mlx_lm does what the scheduler needs, on every kind of cache."""

import math
from pathlib import Path
from typing import Any

import mlx.core as mx
import mlx_lm
import pytest
from mlx_lm.models.cache import ArraysCache, can_trim_prompt_cache, make_prompt_cache

from mlx_worker import adapter
from mlx_worker.adapter import RowBatch, check_version
from mlx_worker.groups import REGROUP_EVERY_STEPS
from mlx_worker.loader import load_model
from mlx_worker.protocol import Load, Sampling
from mlx_worker.sampling import RowSampling

from .tiny import GEMMA3, MAMBA, QWEN2, make_model

GREEDY = RowSampling(Sampling(max_tokens=1))
PROMPT = [5, 9, 200, 31, 7, 7, 120, 64, 300, 12]


def test_adapter_is_written_for_the_installed_mlx_lm() -> None:
    assert mlx_lm.__version__ == adapter.SUPPORTED_VERSION, "read mlx_lm/generate.py again, then adapter.py"


def test_another_mlx_lm_is_refused_loudly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mlx_lm, "__version__", "0.33.0")
    with pytest.raises(RuntimeError, match=r"0\.33\.0"):
        check_version()


@pytest.fixture(scope="module", params=[QWEN2, GEMMA3, MAMBA], ids=["plain", "sliding", "state space"])
def model(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Any:
    path = make_model(tmp_path_factory.mktemp("adapter"), request.param)
    return load_model(Load("1", str(path)), lambda done, stage: None).model


def reference(model: Any, prompt: list[int], length: int) -> list[int]:
    """Greedy decoding with the model alone, the whole prompt at once."""
    cache = make_prompt_cache(model)
    found, fed = [], prompt
    for _ in range(length):
        fed = [number(mx.argmax(model(mx.array([fed]), cache=cache)[0, -1]))]
        found += fed
    return found


def decode(batch: RowBatch, length: int) -> dict[Any, list[int]]:
    found: dict[Any, list[int]] = {}
    for _ in range(length):
        for row in batch.decode():
            found.setdefault(row.key, []).append(row.token)
    return found


@pytest.mark.parametrize("chunk", [1, 3, 4, 64])
def test_prompt_fed_in_any_chunks_decodes_the_same(model: Any, chunk: int) -> None:
    batch = RowBatch(model, [])
    prompt = batch.begin("row", PROMPT, max_tokens=50, sampling=GREEDY)
    while not batch.prefill(prompt, chunk):
        assert prompt.done < prompt.total
    assert decode(batch, 40)["row"] == reference(model, PROMPT, 40)


def test_prompts_fed_together_say_what_they_say_alone(qwen: Path) -> None:
    model: Any = load_model(Load("1", str(qwen)), lambda done, stage: None).model
    prompts = {"a": PROMPT, "b": PROMPT[3:], "one id": [17], "two": [17, 300]}
    batch = RowBatch(model, [])
    rows = [batch.begin(key, ids, max_tokens=100, sampling=GREEDY) for key, ids in prompts.items()]
    assert all(batch.can_feed_together(row) for row in rows)
    batch.feed_together(rows)
    assert [row.done for row in rows] == [row.total for row in rows]
    found = decode(batch, 20)
    for key, ids in prompts.items():
        assert found[key] == reference(model, ids, 20)
    ones = [batch.begin(key, [5 + key], max_tokens=100, sampling=GREEDY) for key in range(2)]
    batch.feed_together(ones)
    found = decode(batch, 5)
    assert all(found[key] == reference(model, [5 + key], 5) for key in range(2))


def test_rows_that_join_and_leave_do_not_disturb_each_other(model: Any) -> None:
    batch = RowBatch(model, [])
    prompts = {"a": PROMPT, "b": PROMPT[3:], "c": [17]}
    found: dict[str, list[int]] = {key: [] for key in prompts}

    def step(count: int) -> None:
        for key, tokens in decode(batch, count).items():
            found[key] += tokens

    for key, ids in prompts.items():
        row = batch.begin(key, ids, max_tokens=100, sampling=GREEDY)
        while not batch.prefill(row, 4):
            step(1)
        step(3)
    batch.remove(["b"])
    step(10)
    for key, ids in prompts.items():
        assert found[key] == reference(model, ids, len(found[key]))
    assert len(found["a"]) > len(found["b"])


def test_rows_far_apart_in_length_come_and_go_and_say_what_they_say_alone(model: Any) -> None:
    batch = RowBatch(model, [])
    lengths = {"long": 700, "a": 15, "b": 30, "longer": 900, "c": 17}
    prompts = {key: [5 + index % 290 for index in range(size)] for key, size in lengths.items()}
    found: dict[str, list[int]] = {key: [] for key in prompts}

    def step(count: int) -> None:
        for key, tokens in decode(batch, count).items():
            found[key] += tokens

    for key, ids in prompts.items():
        row = batch.begin(key, ids, max_tokens=100, sampling=GREEDY)
        while not batch.prefill(row, 512):
            step(1)
        step(2)
    parked = batch.park("longer")
    step(4)
    assert parked is not None
    batch.remove(["a"])
    step(2)
    batch.unpark(parked)
    step(5)
    for key, ids in prompts.items():
        assert found[key] == reference(model, ids, len(found[key]))
    assert len(found["long"]) > len(found["longer"]) > 5


@pytest.mark.parametrize("together", [False, True], ids=["one by one", "together"])
def test_long_row_does_not_make_short_ones_pay_its_memory(model: Any, together: bool) -> None:
    batch = RowBatch(model, [])
    sizes = {"long": 1900, **{f"short {index}": 15 for index in range(7)}}
    long, *short = [
        batch.begin(key, [5 + index % 290 for index in range(size)], max_tokens=300, sampling=GREEDY)
        for key, size in sizes.items()
    ]
    together = together and all(map(batch.can_feed_together, short))
    for row in [long] if together else [long, *short]:
        while not batch.prefill(row, 512):
            pass
    if together:
        batch.feed_together(short)
    for _ in range(70):
        assert len(batch.decode()) == 8
        held, useful = batch.cache_bytes()
        assert useful <= held <= 1.5 * useful


def test_rows_grown_near_in_length_share_a_group_again(model: Any) -> None:
    batch = RowBatch(model, [])
    for key, size in (("a", 150), ("b", 400)):
        assert batch.prefill(batch.begin(key, PROMPT * (size // 10), max_tokens=900, sampling=GREEDY), 512)
    # A state has no length.
    assert len(list(batch._groups)) == (1 if isinstance(make_prompt_cache(model)[0], ArraysCache) else 2)
    for _ in range(REGROUP_EVERY_STEPS):
        batch.decode()
    assert len(list(batch._groups)) == 1


def test_exactly_the_same_prompt_again_feeds_one_token_again(model: Any) -> None:
    cache = make_prompt_cache(model)
    model(mx.array([PROMPT]), cache=cache)
    batch = RowBatch(model, [])
    if not can_trim_prompt_cache(cache):
        with pytest.raises(ValueError, match="trimmed"):
            batch.begin("row", PROMPT, max_tokens=5, sampling=GREEDY, cache=cache, cached=len(PROMPT))
        return
    prompt = batch.begin("row", PROMPT, max_tokens=50, sampling=GREEDY, cache=cache, cached=len(PROMPT))
    assert prompt.done == len(PROMPT) - 1
    assert batch.prefill(prompt, 64)
    assert decode(batch, 20)["row"] == reference(model, PROMPT, 20)


def test_cached_beginning_is_not_fed_again(model: Any) -> None:
    cache = make_prompt_cache(model)
    model(mx.array([PROMPT[:6]]), cache=cache)
    batch = RowBatch(model, [])
    prompt = batch.begin("row", PROMPT, max_tokens=50, sampling=GREEDY, cache=cache, cached=6)
    assert batch.prefill(prompt, 64)
    assert decode(batch, 20)["row"] == reference(model, PROMPT, 20)


def test_row_with_broken_logits_fails_alone(tmp_path: Path) -> None:
    path = make_model(tmp_path / "model", {**QWEN2, "tie_word_embeddings": False})
    weights: Any = mx.load(str(path / "model.safetensors"))
    table = weights["model.embed_tokens.weight"]
    table[300] = math.nan
    weights["model.embed_tokens.weight"] = table
    mx.save_safetensors(str(path / "model.safetensors"), weights, {"format": "mlx"})
    loaded = load_model(Load("1", str(path)), lambda done, stage: None)
    batch = RowBatch(loaded.model, [])
    healthy = [id for id in PROMPT if id != 300]
    for key, ids in (("healthy", healthy), ("broken", PROMPT)):
        assert batch.prefill(batch.begin(key, ids, max_tokens=9, sampling=GREEDY), 64)
    first = {row.key: row.broken for row in batch.decode()}
    assert first == {"healthy": False, "broken": True}
    assert [row.key for row in batch.decode()] == ["healthy"]


def test_end_token_and_length_end_a_row(model: Any) -> None:
    expected = reference(model, PROMPT, 8)
    end = expected[5]
    for ends, limit, length, reason in (([], 4, 4, "length"), ([end], 50, expected.index(end) + 1, "stop")):
        batch = RowBatch(model, ends)
        assert batch.prefill(batch.begin("row", PROMPT, max_tokens=limit, sampling=GREEDY), 64)
        rows = [batch.decode()[0] for _ in range(length)]
        assert [row.end for row in rows] == [None] * (length - 1) + [reason]
        assert batch.decode() == []


def number(array: mx.array) -> int:
    value: Any = array.item()
    return int(value)
