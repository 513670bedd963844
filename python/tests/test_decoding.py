"""Rows of a group: their parameters go where they go, and their answers are the ones they give alone."""

from typing import Any

import pytest

from mlx_worker.adapter import RowBatch
from mlx_worker.loader import load_model
from mlx_worker.protocol import Load, Sampling
from mlx_worker.sampling import RowSampling

from .tiny import GEMMA3, MAMBA, QWEN2, make_model

PROMPT = [5, 9, 200, 31, 7, 7, 120, 64, 300, 12]
LENGTH = 48
SAMPLINGS: dict[str, dict[str, Any]] = {
    "greedy": {"repetition_penalty": 1.3, "frequency_penalty": 1.0},
    "drawn": {"temperature": 1.2, "presence_penalty": 2.0, "logit_bias": {"7": 3.0}},
    "narrow": {"temperature": 1.0, "top_k": 20, "top_p": 0.9, "repetition_penalty": 1.2},
    "surprising": {"temperature": 1.0, "xtc_probability": 0.5, "xtc_threshold": 0.05, "min_p": 0.01},
}


@pytest.fixture(scope="module", params=[QWEN2, GEMMA3, MAMBA], ids=["plain", "sliding", "state space"])
def model(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Any:
    path = make_model(tmp_path_factory.mktemp("decoding"), request.param, scale=2.5)
    return load_model(Load("1", str(path)), lambda done, stage: None).model


def begin(batch: RowBatch, key: str, said: list[int], length: int = LENGTH) -> None:
    """A row with all of `said` fed before it; its prompt is a little different for each key."""
    prompt = [*PROMPT, 20 + len(key)]
    sampling = RowSampling(Sampling(max_tokens=length, **SAMPLINGS[key]), 11, len(prompt))
    row = batch.begin(key, prompt + said, max_tokens=length - len(said), sampling=sampling)
    assert batch.prefill(row, 512)


def step(batch: RowBatch, found: dict[Any, list[int]], count: int = 1) -> None:
    for _ in range(count):
        for row in batch.decode():
            found.setdefault(row.key, []).append(row.token)


@pytest.fixture(scope="module")
def alone(model: Any) -> dict[str, list[int]]:
    found: dict[Any, list[int]] = {}
    for key in SAMPLINGS:
        batch = RowBatch(model, [])
        begin(batch, key, [])
        step(batch, found, LENGTH)
    return found


def test_rows_that_join_late_say_what_they_say_alone(model: Any, alone: dict[str, list[int]]) -> None:
    batch, found = RowBatch(model, []), {}
    for key in SAMPLINGS:
        begin(batch, key, [])
        step(batch, found, 5)
    step(batch, found, LENGTH)
    assert found == alone


def test_paused_row_goes_on_where_it_was(model: Any, alone: dict[str, list[int]]) -> None:
    batch, found = RowBatch(model, []), {}
    keys = list(SAMPLINGS)
    for key in keys:
        begin(batch, key, [])
    for round, key in enumerate(keys * 3):
        step(batch, found, 1 + round % 3)
        parked = batch.park(key)
        assert parked is not None
        step(batch, found, 2)
        batch.unpark(parked)
    step(batch, found, LENGTH)
    assert found == alone


@pytest.mark.parametrize("cut", [1, 19, 20, 21, 40])
def test_resumed_rows_say_the_rest(model: Any, alone: dict[str, list[int]], cut: int) -> None:
    batch, found = RowBatch(model, []), {}
    for key, whole in alone.items():
        begin(batch, key, whole[:cut])
        step(batch, found, 3)
    step(batch, found, LENGTH)
    assert {key: alone[key][:cut] + rest for key, rest in found.items()} == alone


def test_log_probabilities_travel_with_their_row(model: Any) -> None:
    def start(batch: RowBatch, key: str, asks: bool) -> None:
        sampling = Sampling(max_tokens=30, logprobs=asks, top_logprobs=2 if asks else 0)
        prompt = [*PROMPT, 20 + len(key)]
        row = batch.begin(key, prompt, max_tokens=30, sampling=RowSampling(sampling, 0, len(prompt)))
        assert batch.prefill(row, 512)

    def told(batch: RowBatch, count: int) -> list[tuple[str, int, float]]:
        return [
            (row.key, row.token, round(row.likelihood.logprob, 3))
            for _ in range(count)
            for row in batch.decode()
            if row.likelihood is not None
        ]

    keys = {"quiet": False, "a": True, "silent": False, "four": True}
    batch = RowBatch(model, [])
    expected = {}
    for key, asks in keys.items():
        one = RowBatch(model, [])
        start(one, key, asks)
        expected[key] = told(one, 30)
    found = []
    for key, asks in keys.items():
        start(batch, key, asks)
        found += told(batch, 2)
    parked = batch.park("a")
    assert parked is not None
    batch.remove(["quiet"])
    found += told(batch, 3)
    batch.unpark(parked)
    found += told(batch, 30)
    for key in keys:
        ours = [entry for entry in found if entry[0] == key]
        assert [entry[:2] for entry in ours] == [entry[:2] for entry in expected[key]]
        assert [entry[2] for entry in ours] == pytest.approx([entry[2] for entry in expected[key]], abs=2e-3)
    assert len(expected["four"]) == 30
    assert expected["quiet"] == []


def test_constrained_row_is_not_fed_with_plain_ones(model: Any) -> None:
    constraint: Any = object()
    sampling = RowSampling(Sampling(max_tokens=9), constraint=constraint)
    batch = RowBatch(model, [])
    assert not batch.can_feed_together(batch.begin("row", PROMPT, max_tokens=9, sampling=sampling))
