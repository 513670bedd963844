"""Guessing ahead: the same answers in fewer steps, whatever happens to the row meanwhile."""

from pathlib import Path
from typing import Any

import mlx.core as mx
import pytest
from mlx.utils import tree_map

from mlx_worker.adapter import Left, RowBatch
from mlx_worker.decoding import Decoding
from mlx_worker.draft import DraftModel
from mlx_worker.guessing import RowGuesses
from mlx_worker.loader import load_model
from mlx_worker.pace import Pace
from mlx_worker.protocol import Load, Sampling
from mlx_worker.sampling import RowSampling
from mlx_worker.speculation import Speculation

from .copier import make_copier
from .tiny import GEMMA3, MAMBA, make_model

PROMPT = [5, 9, 200, 31, 7, 7, 120, 64, 300, 12] * 3
LENGTH = 90
SAMPLINGS: dict[str, dict[str, Any]] = {
    "greedy": {},
    "drawn": {"temperature": 0.8},
    "narrow": {"temperature": 0.7, "top_k": 20, "top_p": 0.9},
    "surprising": {"temperature": 0.8, "xtc_probability": 0.2, "xtc_threshold": 0.1, "min_p": 0.01},
}


class Always(Pace):
    """As if guesses always paid, so many at a time."""

    def __init__(self, count: int) -> None:
        super().__init__()
        self._count = count
        for _ in range(3):
            self.measure_plain(1.0)

    def best(self, method: Any, chance: float, most: int) -> tuple[int, float]:
        count = min(self._count, most)
        return count, 1000.0 * count


def load(path: Path) -> Any:
    return load_model(Load("1", str(path)), lambda done, stage: None).model


@pytest.fixture(scope="module")
def target(tmp_path_factory: pytest.TempPathFactory) -> Any:
    return load(make_model(tmp_path_factory.mktemp("speculation") / "target", scale=2.5))


@pytest.fixture(scope="module")
def near(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A draft model that is right about half of the time: the target's weights, a little off."""
    model = load(make_model(tmp_path_factory.mktemp("speculation") / "near", scale=2.5))
    mx.random.seed(5)
    model.update(tree_map(lambda array: array + 0.01 * mx.random.normal(array.shape), model.parameters()))
    return model


class Lone:
    """A batch whose row `r` guesses ahead, by a draft model where one is given."""

    def __init__(
        self,
        model: Any,
        draft: Any = None,
        *,
        ends: tuple[int, ...] = (),
        count: int = 4,
        prompt: list[int] = PROMPT,
    ) -> None:
        self.prompt = prompt
        drafter = DraftModel(draft, 384) if draft is not None else None
        self.batch = RowBatch(model, ends, Speculation(drafter, Always(count)))
        self.guesses = RowGuesses(measured=100)
        self.said: dict[str, list[int]] = {}
        self.left: dict[str, Left | None] = {}
        self.steps = 0

    def begin(
        self, sampling: dict[str, Any], key: str = "r", said: list[int] | None = None, length: int = LENGTH
    ) -> None:
        said = said or []
        chosen = RowSampling(
            Sampling(length, **sampling), 11, len(self.prompt), guesses=self.guesses if key == "r" else None
        )
        prompt = self.batch.begin(key, self.prompt + said, max_tokens=length - len(said), sampling=chosen)
        assert self.batch.prefill(prompt, 512)
        self.said[key] = list(said)

    def step(self, count: int = 1) -> None:
        for _ in range(count):
            self.steps += 1
            for row in self.batch.decode():
                assert not row.broken
                self.said[row.key].append(row.token)
                if row.end:
                    self.left[row.key] = row.left

    def finish(self) -> list[int]:
        while len(self.batch):
            self.step()
        return self.said.get("r", [])


def plain(model: Any, sampling: dict[str, Any], ends: tuple[int, ...] = ()) -> list[int]:
    """The answer without guesses."""
    lone = Lone(model, ends=ends)
    lone.begin(sampling, "plain")
    lone.finish()
    return lone.said["plain"]


@pytest.mark.parametrize("count", [2, 16])
@pytest.mark.parametrize("sampling", list(SAMPLINGS.values()), ids=list(SAMPLINGS))
def test_draft_model_changes_the_steps_and_not_the_answer(
    target: Any, near: Any, sampling: dict[str, Any], count: int
) -> None:
    lone = Lone(target, near, count=count)
    lone.begin(sampling)
    assert lone.finish() == plain(target, sampling)
    assert lone.steps < LENGTH
    receipt = lone.guesses.receipt()
    assert receipt is not None
    assert receipt.method == "draft"
    assert 0 < receipt.accepted_tokens < receipt.drafted_tokens
    assert receipt.accepted_tokens <= LENGTH - lone.steps


@pytest.mark.parametrize("sampling", list(SAMPLINGS.values()), ids=list(SAMPLINGS))
def test_text_that_stands_in_the_prompt_is_said_in_fewer_steps(
    sampling: dict[str, Any], tmp_path: Path
) -> None:
    text = make_copier(tmp_path / "copier")
    model = load(tmp_path / "copier")
    # Every twelfth id is another one.
    prompt = [13 if index % 12 == 11 else token for index, token in enumerate(text[:100])] + text[:3]
    single, lone = Lone(model, prompt=prompt), Lone(model, prompt=prompt)
    single.begin(sampling, "plain")
    single.finish()
    lone.begin(sampling)
    assert lone.finish() == single.said["plain"]
    assert lone.steps < LENGTH / 2
    receipt = lone.guesses.receipt()
    assert receipt is not None
    assert receipt.method == "prompt_lookup"
    assert receipt.accepted_tokens == LENGTH - lone.steps


def test_end_token_inside_a_right_run_ends_the_row_there(target: Any, near: Any) -> None:
    whole = plain(target, {})
    for end in {token for token in whole if token not in PROMPT}:
        cut = whole[: whole.index(end) + 1]
        lone = Lone(target, near, ends=(end,))
        lone.begin({})
        assert lone.finish() == cut
        left = lone.left["r"]
        assert left is not None
        assert left.token_ids == PROMPT + cut
        assert {layer.offset for layer in left.layers} == {len(left.token_ids)}


@pytest.mark.parametrize("length", [1, 2, 3, 4, 9, 10, 31])
def test_answer_is_never_longer_than_asked_for(target: Any, near: Any, length: int) -> None:
    lone = Lone(target, near, count=8)
    lone.begin({}, length=length)
    assert lone.finish() == plain(target, {})[:length]
    left = lone.left["r"]
    assert left is not None
    assert len(left.token_ids) == len(PROMPT) + length


@pytest.mark.parametrize("sampling", list(SAMPLINGS.values()), ids=list(SAMPLINGS))
def test_row_goes_on_among_others_and_alone_again(target: Any, near: Any, sampling: dict[str, Any]) -> None:
    lone = Lone(target, near)
    lone.begin(sampling)
    lone.step(3)
    for round in range(3):
        lone.begin({"temperature": 1.0}, f"other {round}", length=4 + round)
        before = lone.guesses.steps
        lone.step(2)
        assert lone.guesses.steps == before
        lone.step(8)
        assert lone.guesses.steps > before
    assert lone.finish() == plain(target, sampling)


def test_paused_and_resumed_rows_say_the_rest(target: Any, near: Any) -> None:
    wanted = plain(target, SAMPLINGS["drawn"])
    lone = Lone(target, near)
    lone.begin(SAMPLINGS["drawn"])
    for _ in range(4):
        lone.step(3)
        parked = lone.batch.park("r")
        assert parked is not None
        lone.batch.unpark(parked)
    assert lone.finish() == wanted
    for cut in (1, 17, 40, 89):
        resumed = Lone(target, near)
        resumed.begin(SAMPLINGS["drawn"], said=wanted[:cut])
        assert resumed.finish() == wanted


def test_cancelled_row_leaves_a_cache_of_what_it_said(target: Any, near: Any) -> None:
    lone = Lone(target, near)
    lone.begin({})
    lone.step(7)
    left = lone.batch.take("r")
    assert left is not None
    assert left.token_ids == PROMPT + lone.said["r"]
    again = RowBatch(target, [])
    ids = [*left.token_ids, *plain(target, {})[len(lone.said["r"]) :][:3]]
    prompt = again.begin(
        "r",
        ids,
        max_tokens=20,
        sampling=RowSampling(Sampling(20)),
        cache=left.layers,
        cached=len(left.token_ids),
    )
    assert again.prefill(prompt, 512)
    rest = [row.token for _ in range(20) for row in again.decode()]
    assert rest == plain(target, {})[len(lone.said["r"]) + 3 :][:20]


@pytest.mark.parametrize("config", [GEMMA3, MAMBA], ids=["sliding window", "state space"])
def test_caches_that_cannot_take_back_are_left_alone(config: Any, near: Any, tmp_path: Path) -> None:
    model = load(make_model(tmp_path / "model", config, scale=2.5))
    lone = Lone(model, near)
    lone.begin(SAMPLINGS["drawn"])
    assert lone.finish() == plain(model, SAMPLINGS["drawn"])
    assert lone.guesses.receipt() is None


def test_window_that_is_not_full_yet_can_take_back(near: Any, tmp_path: Path) -> None:
    model = load(make_model(tmp_path / "model", {**GEMMA3, "sliding_window": 64}, scale=2.5))
    lone = Lone(model, near)
    lone.begin({})
    assert lone.finish() == plain(model, {})
    assert lone.guesses.receipt() is not None


@pytest.mark.parametrize("sampling", [{"repetition_penalty": 1.3}, {"logprobs": True}], ids=str)
def test_rows_whose_tokens_need_more_than_logits_take_single_steps(
    target: Any, near: Any, sampling: dict[str, Any]
) -> None:
    lone = Lone(target, near)
    lone.begin(sampling)
    assert lone.finish() == plain(target, sampling)
    assert lone.guesses.receipt() is None


def test_draft_model_goes_on_from_what_it_read(target: Any, near: Any) -> None:
    lone = Lone(target, near)
    lone.begin({})
    first = list(lone.finish())
    again = Lone(target)
    again.batch = lone.batch
    again.begin({})
    assert again.finish() == first
    assert again.guesses.drafted["draft"] > 0


def test_draft_model_is_right_again_after_a_failed_step(
    target: Any, near: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    prompt = list(range(40, 70))
    lone = Lone(target, near, prompt=prompt)
    lone.begin({})
    with monkeypatch.context() as patch:
        patch.setattr(Decoding, "verify", refuse)
        failed = [row for _ in range(3) for row in lone.batch.decode() if row.failed]
    assert len(failed) == 1
    again, fresh = Lone(target, near, prompt=prompt), Lone(target, near, prompt=prompt)
    again.batch = lone.batch
    for one in (again, fresh):
        one.begin({})
        one.step(15)
    assert fresh.guesses.accepted["draft"] > 0
    assert again.said == fresh.said


def refuse(group: Decoding, guesses: mx.array) -> None:
    raise RuntimeError("No memory for this.")
