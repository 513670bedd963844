"""What is kept, what goes first, and that it all stays within its bytes; on real layer caches."""

import queue
from collections.abc import Iterator
from typing import Any

import mlx.core as mx
import pytest
from mlx_lm.models.cache import ArraysCache, KVCache

from mlx_worker.prefix_cache import BYTES_PER_ID, PrefixCache
from mlx_worker.protocol import Load, Sampling
from mlx_worker.rows import Row, Stepped
from mlx_worker.scheduler import Ready, Scheduler

from .tiny import GEMMA3, MAMBA, QWEN2, make_model

LENGTH = 256
# Keys and values of one layer with one head of 8, float32.
ENTRY_BYTES = LENGTH * (2 * 8 * 4 + BYTES_PER_ID)


def ids(first: int, length: int = LENGTH) -> list[int]:
    return [first, *range(1000, 999 + length)]


def plain(length: int = LENGTH) -> list[Any]:
    layer = KVCache()
    layer.update_and_fetch(mx.ones((1, 1, length, 8)), mx.ones((1, 1, length, 8)))
    return [layer]


def state() -> list[Any]:
    layer = ArraysCache(1)
    layer[0] = mx.ones((1, 64))
    return [layer]


def test_least_recently_used_goes_first() -> None:
    cache = PrefixCache(3 * ENTRY_BYTES)
    for first in (1, 2, 3):
        cache.keep(ids(first), plain(), LENGTH)
    assert cache.take(ids(1)[:100])
    cache.keep(ids(4), plain(), LENGTH)
    assert [first for first in (1, 2, 3, 4) if cache.shared(ids(first))] == [1, 3, 4]
    assert cache.bytes == 3 * ENTRY_BYTES


def test_room_is_counted_in_bytes() -> None:
    cache = PrefixCache(3 * ENTRY_BYTES)
    for first in (1, 2):
        cache.keep(ids(first), plain(), LENGTH)
    cache.keep(ids(3, 2 * LENGTH), plain(2 * LENGTH), LENGTH)
    assert [first for first in (1, 2, 3) if cache.shared(ids(first))] == [2, 3]
    cache.keep(ids(5, 8 * LENGTH), plain(8 * LENGTH), LENGTH)
    assert [first for first in (1, 2, 3, 5) if cache.shared(ids(first))] == [2, 3]


def test_next_turn_takes_the_cache_itself_and_an_edit_a_copy() -> None:
    cache = PrefixCache(10 * ENTRY_BYTES)
    layers = plain()
    cache.keep(ids(1), layers, 200)
    edited = cache.take(ids(1)[:190] + [7] * 50)
    assert edited
    assert edited.tokens == 190
    assert edited.layers[0] is not layers[0]
    following = cache.take(ids(1) + [7] * 50)
    assert following
    assert following.layers[0] is layers[0]
    assert following.tokens == LENGTH
    assert cache.bytes == 0


def test_next_turn_whose_answer_was_rewritten_takes_the_cache_itself() -> None:
    cache = PrefixCache(10 * ENTRY_BYTES)
    layers = plain()
    cache.keep(ids(1), layers, 200)
    following = cache.take(ids(1)[:220] + [7] * 50)
    assert following
    assert following.layers[0] is layers[0]
    assert following.layers[0].offset == following.tokens == 220


def test_copy_is_not_changed_by_what_happens_to_the_other() -> None:
    cache = PrefixCache(10 * ENTRY_BYTES)
    cache.keep(ids(1), plain(), LENGTH)
    first = cache.take(ids(1)[:100])
    assert first
    first.layers[0].update_and_fetch(mx.zeros((1, 1, 60, 8)), mx.zeros((1, 1, 60, 8)))
    second = cache.take(ids(1)[:200])
    assert second
    keys = second.layers[0].keys_and_values()[0]
    assert keys.shape[2] == 199
    assert mx.all(keys == 1)


def test_longer_cache_replaces_the_shorter_ones_it_contains() -> None:
    cache = PrefixCache(10 * ENTRY_BYTES)
    cache.keep(ids(1, 100), plain(100), 100)
    cache.keep(ids(1), plain(), LENGTH)
    cache.keep(ids(1, 50), plain(50), 50)
    assert len(cache) == 1


def test_cache_that_cannot_be_cut_serves_only_what_begins_with_all_of_it() -> None:
    cache = PrefixCache(10 * ENTRY_BYTES)
    cache.keep(ids(1, 100), state(), 100, stable=True)
    cache.keep(ids(1, 150), state(), 100)
    assert cache.shared(ids(1, 100)) == 0
    assert cache.shared(ids(1, 120)) == 100
    assert cache.shared(ids(1, 151)) == 150
    for _ in range(2):
        branch = cache.take([*ids(1, 100), 7])
        assert branch
        assert branch.tokens == 100


def test_few_common_tokens_are_not_worth_a_copy() -> None:
    cache = PrefixCache(10 * ENTRY_BYTES)
    cache.keep(ids(1), plain(), LENGTH)
    assert cache.take([*ids(1)[:10], *[7] * 100]) is None


@pytest.fixture(scope="module", params=[QWEN2, GEMMA3, MAMBA], ids=["plain", "sliding", "state space"])
def scheduler(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Scheduler, "queue.SimpleQueue[Any]", list[Any]]]:
    path = make_model(tmp_path_factory.mktemp("turns") / "model", request.param)
    inbox: queue.SimpleQueue[Any] = queue.SimpleQueue()
    events: list[Any] = []
    scheduler = Scheduler(inbox, events.append)
    inbox.put(Load("load", str(path), cache_limit_bytes=LIMIT))
    scheduler.turn()
    assert isinstance(events[-1], Ready)
    yield scheduler, inbox, events


LIMIT = 1 << 20


def test_two_hundred_turns_stay_within_their_bytes(
    scheduler: tuple[Scheduler, "queue.SimpleQueue[Any]", list[Any]],
) -> None:
    loop, inbox, events = scheduler
    ready = next(event for event in events if isinstance(event, Ready))
    assert ready.tokens
    loaded = mx.get_active_memory()
    conversation = [5 + index % 300 for index in range(30)]
    for turn in range(200):
        conversation += [10 + turn, 20]
        length = len(conversation)
        text = ready.tokens.row_text([])
        row = Row("r", list(conversation), length, 4, Sampling(4), 1, "interactive", text)
        row.checkpoints = (length - 1,)
        inbox.put(row)
        events.clear()
        while loop.busy or not events:
            loop.turn()
        steps = [event for event in events if isinstance(event, Stepped)]
        conversation += [token for step in steps for _, token, _ in step.tokens]
        if turn:
            assert row.reused > length - 8
        assert loop._generations is not None
        assert loop._generations.prefixes.bytes <= LIMIT
        # The caches, and the buffers of one row at work.
        assert mx.get_active_memory() - loaded < 2 * LIMIT
