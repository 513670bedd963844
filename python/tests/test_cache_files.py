"""Caches on the disk outlive their engine, and are believed only when they are what they should be."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import mlx.core as mx
import pytest
from mlx_lm.models.cache import KVCache

from mlx_worker.cache_files import CacheFiles
from mlx_worker.layers import layer_kinds
from mlx_worker.prefix_cache import PrefixCache

from .engine import Answer, Engine
from .tiny import GEMMA3, MAMBA, QWEN2, make_model

KINDS = {"plain": QWEN2, "sliding": GEMMA3, "state-space": MAMBA}
SYSTEM = {"role": "system", "content": "Answer questions about code with a list of numbers. " * 4}
ASKED = [SYSTEM, {"role": "user", "content": "What is one two three?"}]
LENGTH = 256
KEY = {"model": "sha256:1", "layers": ["KVCache"]}


@pytest.fixture(scope="module", params=list(KINDS.values()), ids=list(KINDS))
def model(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_model(tmp_path_factory.mktemp("files") / "model", request.param)


@pytest.fixture(scope="module")
def written(model: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Answer]:
    """The folder that an engine left behind, and the answer that it gave."""
    folder = tmp_path_factory.mktemp("written")
    with Engine() as engine:
        assert engine.load(model, cache_dir=str(folder))["type"] == "loaded"
        answer = engine.generate(messages=ASKED)
        # The log line of the last file follows it.
        engine.until_logged("caches are on the disk")
    return folder, answer


@pytest.fixture
def folder(written: tuple[Path, Answer], tmp_path: Path) -> Path:
    return Path(shutil.copytree(written[0], tmp_path / "caches"))


def files(folder: Path) -> list[Path]:
    return sorted(folder.glob("*/*"))


def test_restarted_engine_reuses_what_the_one_before_it_computed(
    model: Path, folder: Path, written: tuple[Path, Answer]
) -> None:
    with Engine() as engine:
        engine.load(model, cache_dir=str(folder))
        again = engine.generate(messages=ASKED)
        receipt = again.finished["cache"]
        assert again.token_ids == written[1].token_ids
        assert receipt["from"] == "disk"
        assert receipt["reused_tokens"] > 0.9 * again.finished["usage"]["prompt_tokens"]
        assert receipt["seconds_saved"] > 0
        following = [
            *ASKED,
            {"role": "assistant", "content": again.text},
            {"role": "user", "content": "And?"},
        ]
        turn = engine.generate(messages=following)
        engine.unload()
        engine.load(model)
        assert engine.generate(messages=following).token_ids == turn.token_ids


def flip_a_byte(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[-100] ^= 1
    path.write_bytes(content)


def cut_short(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-50])


def cut_in_the_header(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:20])


def fill_with_garbage(path: Path) -> None:
    path.write_bytes(os.urandom(5000))


def test_engine_answers_the_same_beside_damaged_files(
    model: Path, folder: Path, written: tuple[Path, Answer]
) -> None:
    damaged = files(folder)
    for path in damaged:
        flip_a_byte(path)
    with Engine() as engine:
        engine.load(model, cache_dir=str(folder))
        answer = engine.generate(messages=ASKED)
        assert answer.token_ids == written[1].token_ids
        assert answer.finished["cache"]["from"] == "none"
        assert set(damaged) - set(files(folder))


def test_caches_of_another_model_are_left_alone(folder: Path, tmp_path: Path) -> None:
    other = make_model(tmp_path / "other", {**QWEN2, "num_hidden_layers": 3})
    before = files(folder)
    with Engine() as engine:
        engine.load(other, cache_dir=str(folder))
        assert engine.generate(messages=ASKED).finished["cache"]["from"] == "none"
    assert files(folder) == before


def test_folder_that_cannot_be_used_costs_only_the_disk(model: Path, tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file")
    with Engine() as engine:
        assert engine.load(model, cache_dir=str(tmp_path / "taken"))["type"] == "loaded"
        engine.generate(messages=ASKED)
        assert engine.generate(messages=ASKED).finished["cache"]["from"] == "memory"


def layers(value: float = 1.0) -> list[Any]:
    layer = KVCache()
    layer.update_and_fetch(*[mx.full((1, 1, LENGTH, 8), value)] * 2)
    return [layer]


def open_cache(folder: Path, limit: int = 1 << 30, memory: int = 1 << 30) -> PrefixCache:
    return PrefixCache(memory, CacheFiles(folder, KEY, limit))


def ids(first: int, length: int = LENGTH) -> list[int]:
    return [first, *range(1000, 999 + length)]


def test_layers_come_back_as_they_were(tmp_path: Path) -> None:
    assert layer_kinds(layers()) == KEY["layers"]
    cache = open_cache(tmp_path)
    cache.keep(ids(1), layers(0.125), 200)
    cache.save_one(1000.0)
    found = open_cache(tmp_path).take(ids(1)[:100])
    assert found
    assert (found.origin, found.tokens, found.rate) == ("disk", 99, 1000.0)
    keys = found.layers[0].keys_and_values()[0]
    assert keys.shape == (1, 1, 99, 8)
    assert mx.all(keys == 0.125)


def test_cache_that_memory_has_no_room_for_is_found_on_the_disk(tmp_path: Path) -> None:
    cache = open_cache(tmp_path, memory=LENGTH * 100)
    for first in (1, 2):
        cache.keep(ids(first), layers(), 200)
        cache.save_one(0.0)
    found = [cache.take(ids(first)[:100]) for first in (1, 2)]
    assert [reuse and reuse.origin for reuse in found] == ["disk", "memory"]


def test_disk_limit_drops_the_least_recently_used(tmp_path: Path) -> None:
    cache = open_cache(tmp_path, limit=40_000)
    for first in (1, 2, 3):
        cache.keep(ids(first), layers(), 200)
        cache.save_one(0.0)
        for path in files(tmp_path):
            # Files of one test are written within one tick of some clocks.
            earlier = path.stat().st_mtime - 10
            os.utime(path, (earlier, earlier))
    again = open_cache(tmp_path)
    assert [first for first in (1, 2, 3) if again.shared(ids(first))] == [2, 3]
    assert sum(path.stat().st_size for path in files(tmp_path)) <= 40_000


def test_conversation_that_went_on_leaves_one_file(tmp_path: Path) -> None:
    cache = open_cache(tmp_path)
    cache.keep(ids(1), layers(), 200)
    cache.save_one(0.0)
    turn = cache.take(ids(1, 2 * LENGTH))
    assert turn
    turn.layers[0].update_and_fetch(*[mx.ones((1, 1, LENGTH, 8))] * 2)
    cache.keep(ids(1, 2 * LENGTH), turn.layers, 400)
    cache.save_one(0.0)
    assert len(files(tmp_path)) == 1
    assert open_cache(tmp_path).shared(ids(1, 3 * LENGTH)) == 2 * LENGTH


def test_file_that_vanished_is_no_loss(tmp_path: Path) -> None:
    cache = open_cache(tmp_path)
    cache.keep(ids(1), layers(), 200)
    cache.save_one(0.0)
    again = open_cache(tmp_path)
    for path in files(tmp_path):
        path.unlink()
    assert again.take(ids(1)[:100]) is None
    assert len(again) == 0


@pytest.mark.parametrize("damage", [flip_a_byte, cut_short, cut_in_the_header, fill_with_garbage])
def test_damaged_file_is_not_used_and_deleted(tmp_path: Path, damage: Callable[[Path], None]) -> None:
    cache = open_cache(tmp_path)
    cache.keep(ids(1), layers(), 200)
    cache.save_one(0.0)
    again = open_cache(tmp_path)
    damage(files(tmp_path)[0])
    assert again.take(ids(1)[:100]) is None
    assert files(tmp_path) == []


@pytest.mark.parametrize("damage", [cut_in_the_header, fill_with_garbage])
def test_file_without_a_readable_header_is_deleted_at_the_start(
    tmp_path: Path, damage: Callable[[Path], None]
) -> None:
    cache = open_cache(tmp_path)
    cache.keep(ids(1), layers(), 200)
    cache.save_one(0.0)
    damage(files(tmp_path)[0])
    assert len(open_cache(tmp_path)) == 0
    assert files(tmp_path) == []


def test_nothing_is_written_twice(tmp_path: Path) -> None:
    cache = open_cache(tmp_path)
    cache.keep(ids(1), layers(), 200)
    assert cache.unsaved()
    cache.save_one(0.0)
    assert cache.unsaved() is None
    assert open_cache(tmp_path).unsaved() is None
