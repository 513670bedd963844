"""Who is served first when many want something, and that nobody is forgotten."""

from pathlib import Path
from typing import Any

import pytest

from mlx_worker.generations import MAX_DECODING_ROWS
from mlx_worker.rows import Drop, Prefilled, Row, Stepped

from .test_scheduler import Bench, finish


@pytest.fixture
def bench(qwen: Path) -> Bench:
    return Bench(qwen)


def fed(events: list[Any]) -> list[Row]:
    return [event.row for event in events if isinstance(event, Prefilled)]


def said(events: list[Any]) -> list[Row]:
    return [row for event in events if isinstance(event, Stepped) for row, _, _ in event.tokens]


def test_short_prompt_does_not_wait_for_a_long_one_that_came_first(bench: Bench) -> None:
    bench.row("talks")
    bench.turn(2)
    long = bench.row("long", 3000)
    bench.turn()
    short = bench.row("short", 40)
    events = bench.turn(2)
    assert short in said(events)
    assert long in bench.scheduler._generations._waiting  # ty: ignore


def test_long_prompt_gets_in_although_short_ones_keep_coming(bench: Bench) -> None:
    long = bench.row("long", 2500)
    bench.turn()
    for index in range(400):
        bench.row(f"short {index}", 200 + index, limit=1)
        if long in said(bench.turn()):
            return
    pytest.fail("the long prompt starved")


def test_urgent_prompt_is_fed_before_all_others_however_long_it_is(bench: Bench) -> None:
    for index in range(3):
        bench.row(f"batch {index}", 600, priority="batch")
    background = bench.row("background", 20, priority="background")
    urgent = bench.row("urgent", 3000)
    order = fed(bench.turn(30))
    assert order[: order.count(urgent)] == [urgent] * order.count(urgent)
    assert order[-1] is background


def test_prompts_that_arrive_together_are_read_in_one_pass(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = bench.scheduler._generations
    assert rows is not None
    shapes: list[tuple[int, ...]] = []
    model = rows._batch._model

    def watched(tokens: Any, cache: list[Any]) -> Any:
        shapes.append(tokens.shape)
        return model(tokens, cache=cache)

    monkeypatch.setattr(rows._batch, "_model", watched)
    for index in range(4):
        bench.ask(f"r{index}", [50 + index, *range(60, 70 + index)])
    bench.turn()
    assert shapes == [(4, 13), (4, 1), (4, 1)]


def test_full_batch_makes_room_for_an_interactive_row_and_takes_its_own_back(bench: Bench) -> None:
    rows = [
        bench.row(str(index), limit=300, priority="background" if index % 2 else "batch")
        for index in range(MAX_DECODING_ROWS)
    ]
    until_said(bench, rows)
    urgent = bench.row("urgent", limit=6)
    events = bench.turn(2)
    assert urgent in said(events)
    away = set(rows) - set(said(bench.turn()))
    assert [row.priority for row in away] == ["background"]
    finish(bench, [urgent])
    assert away <= set(said(bench.turn(2)))


def test_displaced_row_says_what_it_would_have_said(bench: Bench, qwen: Path) -> None:
    rows = [bench.row(str(index), limit=120, priority="background") for index in range(MAX_DECODING_ROWS)]
    said_before = until_said(bench, rows)
    urgent = bench.row("urgent", limit=30)
    for row, tokens in collect(bench, rows, 10).items():
        said_before[row] += tokens
    for row, tokens in finish(bench, [*rows, urgent]).items():
        if row in said_before:
            said_before[row] += tokens
    assert {len(tokens) for tokens in said_before.values()} == {120}
    other = Bench(qwen)
    alone = other.row("alone", limit=120)
    expected = finish(other, [alone])[alone]
    assert all(tokens == expected for tokens in said_before.values())


def test_equal_rows_wait_for_a_place_and_displace_nobody(bench: Bench) -> None:
    rows = [bench.row(str(index), limit=400) for index in range(MAX_DECODING_ROWS)]
    until_said(bench, rows)
    late = bench.row("late")
    events = bench.turn(3)
    assert late not in said(events)
    assert set(said(events)) == set(rows)
    bench.inbox.put(Drop(rows[0]))
    assert late in said(bench.turn(2))


def collect(bench: Bench, rows: list[Row], turns: int) -> dict[Row, list[int]]:
    found: dict[Row, list[int]] = {row: [] for row in rows}
    for event in bench.turn(turns):
        for row, token, _ in event.tokens if isinstance(event, Stepped) else []:
            if row in found:
                found[row].append(token)
    return found


def until_said(bench: Bench, rows: list[Row]) -> dict[Row, list[int]]:
    """What the rows say until all of them say something in one step."""
    found: dict[Row, list[int]] = {row: [] for row in rows}
    while True:
        said = collect(bench, rows, 1)
        for row, tokens in said.items():
            found[row] += tokens
        if all(said.values()):
            return found
