"""The loop, turn by turn, with a real model and nobody on the socket."""

import queue
from pathlib import Path
from typing import Any

import pytest

from mlx_worker.chunks import BUSY_CHUNK_TOKENS
from mlx_worker.generations import MAX_DECODING_ROWS
from mlx_worker.protocol import Load, Sampling
from mlx_worker.row_text import RowText
from mlx_worker.rows import Drop, Failed, Prefilled, Row, Stepped
from mlx_worker.scheduler import Ready, Scheduler


class Bench:
    """A scheduler with `qwen` loaded, and the events it posts."""

    def __init__(self, model: Path) -> None:
        self.inbox: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self.events: list[Any] = []
        self.scheduler = Scheduler(self.inbox, self.events.append)
        self.inbox.put(Load("load", str(model)))
        self.scheduler.turn()
        ready = self.events[-1]
        assert isinstance(ready, Ready)
        assert ready.tokens
        self.tokens = ready.tokens
        self.events.clear()

    def row(self, name: str, length: int = 8, limit: int = 1000, **options: Any) -> Row:
        return self.ask(name, [5 + index % 300 for index in range(length)], limit, **options)

    def ask(self, name: str, ids: list[int], limit: int = 1000, **options: Any) -> Row:
        text: RowText = self.tokens.row_text([])
        sampling = options.get("sampling") or Sampling(limit)
        priority = options.get("priority", "interactive")
        row = Row(name, ids, len(ids), limit, sampling, options.get("seed", 1), priority, text)
        self.inbox.put(row)
        return row

    def turn(self, count: int = 1) -> list[Any]:
        """The events of so many turns."""
        self.events.clear()
        for _ in range(count):
            self.scheduler.turn()
        return list(self.events)


@pytest.fixture
def bench(qwen: Path) -> Bench:
    return Bench(qwen)


def test_one_step_event_carries_all_rows(bench: Bench) -> None:
    names = {bench.row(name).id for name in "abc"}
    bench.turn(3)
    (step,) = bench.turn()
    assert isinstance(step, Stepped)
    assert {row.id for row, _, _ in step.tokens} == names


def test_short_prompt_overtakes_one_of_lower_priority_and_loses_nothing(bench: Bench) -> None:
    slow = bench.row("slow", 4000, priority="background")
    (first,) = bench.turn()
    assert isinstance(first, Prefilled)
    quick = bench.row("quick")
    events = bench.turn(2)
    assert next(event.row for event in events if isinstance(event, Prefilled)) is quick
    assert any(isinstance(event, Stepped) for event in events)
    again = next(event for event in bench.turn(2) if isinstance(event, Prefilled))
    assert again.row is slow
    assert again.done > first.done


def test_chunks_are_small_while_others_decode(bench: Bench) -> None:
    bench.row("talks")
    bench.turn(2)
    bench.row("long", 3000)
    before = 0
    for _ in range(4):
        prefilled = next(event for event in bench.turn() if isinstance(event, Prefilled))
        assert prefilled.done - before <= BUSY_CHUNK_TOKENS[1]
        before = prefilled.done


def test_every_running_row_gets_a_token_between_two_chunks(bench: Bench) -> None:
    bench.row("talks")
    bench.turn(2)
    bench.row("long", 3000)
    for _ in range(4):
        kinds = [type(event) for event in bench.turn()]
        assert kinds == [Prefilled, Stepped]


def test_new_row_decodes_in_the_turn_it_arrives(bench: Bench) -> None:
    bench.row("talks")
    bench.turn(3)
    quick = bench.row("quick")
    step = bench.turn()[-1]
    assert quick in [row for row, _, _ in step.tokens]


def test_dropped_row_is_gone_at_the_next_step(bench: Bench) -> None:
    goes, stays = bench.row("goes"), bench.row("stays")
    bench.turn(3)
    bench.inbox.put(Drop(goes))
    (step,) = bench.turn()
    assert [row for row, _, _ in step.tokens] == [stays]


def test_rows_beyond_the_batch_wait_their_turn(bench: Bench) -> None:
    rows = [bench.row(str(index), limit=200) for index in range(MAX_DECODING_ROWS + 1)]
    step = bench.turn(MAX_DECODING_ROWS + 5)[-1]
    assert len(step.tokens) == MAX_DECODING_ROWS
    bench.inbox.put(Drop(rows[0]))
    assert rows[-1] in [row for row, _, _ in bench.turn(2)[-1].tokens]


def test_row_that_cannot_be_fed_fails_alone(bench: Bench) -> None:
    healthy = bench.row("healthy")
    bench.turn(2)
    empty = bench.row("empty", 0)
    events = bench.turn(2)
    assert [event.row for event in events if isinstance(event, Failed)] == [empty]
    assert events[-1].tokens[0][0] is healthy


def test_seeded_rows_share_a_batch(bench: Bench) -> None:
    for name in "ab":
        row = bench.row(name)
        row.sampling.temperature = 1
    bench.turn(2)
    (step,) = bench.turn()
    assert len(step.tokens) == 2


def finish(bench: Bench, rows: list[Row]) -> dict[Row, list[int]]:
    """What each row says up to its end."""
    said: dict[Row, list[int]] = {row: [] for row in rows}
    ended: set[Row] = set()
    while len(ended) < len(rows):
        for event in bench.turn():
            for row, token, end in event.tokens if isinstance(event, Stepped) else []:
                if row in said:
                    said[row].append(token)
                    ended |= {row} if end else set()
    return said


def test_identical_prompts_in_flight_are_prefilled_once(bench: Bench) -> None:
    rows = [bench.row(str(index), 700, 12) for index in range(4)]
    said = finish(bench, rows)
    assert [row.reused for row in rows] == [0, 699, 699, 699]
    assert len({tuple(tokens) for tokens in said.values()}) == 1


def test_follower_reuses_what_an_answer_under_way_has_in_common_with_it(bench: Bench, qwen: Path) -> None:
    talks = bench.row("talks", 300)
    bench.turn(3)
    follower = bench.row("follower", 200, 5)
    shorter = finish(bench, [follower])[follower]
    assert follower.reused == 199
    assert talks.reused == 0
    other = Bench(qwen)
    alone = other.row("alone", 200, 5)
    assert finish(other, [alone])[alone] == shorter


def test_overtaken_prompt_reuses_what_overtook_it(bench: Bench) -> None:
    slow = bench.row("slow", 3000, 6, priority="background")
    bench.turn()
    quick = bench.row("quick", 3000, 6)
    said = finish(bench, [slow, quick])
    assert said[slow] == said[quick]
    assert quick.reused > 0
    assert slow.reused == 2999


def test_row_that_fails_leaves_nothing_to_reuse(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = bench.scheduler._generations
    assert rows is not None
    monkeypatch.setattr(rows._batch, "_feed", lambda *_: 1 / 0)
    bench.row("fails", 300)
    assert any(isinstance(event, Failed) for event in bench.turn())
    monkeypatch.undo()
    again = bench.row("again", 300, 3)
    finish(bench, [again])
    assert again.reused == 0
