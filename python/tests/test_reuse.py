"""What an engine has computed once it does not compute again, and nobody can tell from the text."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from .engine import Answer, Engine
from .tiny import GEMMA3, MAMBA, QWEN2, make_model

KINDS = {"plain": QWEN2, "sliding": GEMMA3, "state-space": MAMBA}
QUESTION = "Tell me, please, what the engine answers about code and a list of numbers. " * 3
Message = dict[str, str]


def user(content: str) -> Message:
    return {"role": "user", "content": content}


def assistant(content: str) -> Message:
    return {"role": "assistant", "content": content}


@pytest.fixture(scope="module", params=list(KINDS.values()), ids=list(KINDS))
def model(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_model(tmp_path_factory.mktemp("reuse") / "model", request.param)


@pytest.fixture(scope="module")
def engines(model: Path) -> Iterator[tuple[Engine, Engine]]:
    """The engine of the tests, and one that may keep nothing and so computes everything."""
    with Engine() as warm, Engine() as cold:
        assert warm.load(model)["type"] == "loaded"
        assert cold.load(model, cache_limit_bytes=0)["type"] == "loaded"
        yield warm, cold


class Pair:
    """Asks both engines the same and demands the same answer."""

    def __init__(self, engines: tuple[Engine, Engine], name: str) -> None:
        self._warm, self._cold = engines
        # Tests share engines: what one keeps must not serve another.
        self.system = {"role": "system", "content": f"{name[::-1]} {name}"}

    def ask(self, *messages: Message, **frame: Any) -> Answer:
        chat = [self.system, *messages]
        warm = self._warm.generate(messages=chat, **frame)
        cold = self._cold.generate(messages=chat, **frame)
        assert warm.reason == cold.reason != "error"
        assert warm.token_ids == cold.token_ids
        assert warm.text == cold.text
        assert cold.finished["cache"] == {"reused_tokens": 0, "from": "none", "seconds_saved": 0}
        assert cold.finished["usage"]["cached_tokens"] == 0
        return warm

    def stop_after(self, steps: int, *messages: Message) -> Answer:
        """A warm answer that is cancelled after so many steps."""
        frame = {
            "messages": [self.system, *messages],
            "sampling": {"max_tokens": 500, "temperature": 2, "seed": 1},
        }
        self._warm.send({"type": "generate", "row": "c", **frame})
        frames = []
        while steps:
            frames.append(self._warm.receive())
            steps -= frames[-1]["type"] == "step"
        self._warm.send({"type": "cancel", "row": "c"})
        return Answer("c", frames + self._warm.until(lambda f: f["type"] == "finished"))


@pytest.fixture
def pair(engines: tuple[Engine, Engine], request: pytest.FixtureRequest) -> Pair:
    return Pair(engines, request.node.originalname)


def reused(answer: Answer) -> float:
    """The share of the prompt that was not computed again."""
    usage = answer.finished["usage"]
    return usage["cached_tokens"] / usage["prompt_tokens"]


def test_first_prompt_reuses_nothing_and_says_so(pair: Pair) -> None:
    answer = pair.ask(user("First of all. " + QUESTION))
    assert answer.finished["cache"] == {"reused_tokens": 0, "from": "none", "seconds_saved": 0}


def test_same_prompt_again_reuses_nearly_all_of_it(pair: Pair) -> None:
    first = pair.ask(user(QUESTION))
    again = pair.ask(user(QUESTION))
    assert again.token_ids == first.token_ids
    assert reused(again) > 0.9
    receipt = again.finished["cache"]
    assert receipt["from"] == "memory"
    assert receipt["reused_tokens"] == again.finished["usage"]["cached_tokens"]
    assert receipt["seconds_saved"] > 0
    assert {f["cached"] for f in again.frames if f["type"] == "prefill"} == {receipt["reused_tokens"]}


def test_next_turn_reuses_the_turns_before_it(pair: Pair) -> None:
    messages = [user(QUESTION)]
    for turn in range(4):
        answer = pair.ask(*messages)
        if turn:
            assert reused(answer) > 0.6
        messages += [assistant(answer.text), user(f"And what about number {turn}?")]


def test_edited_last_message_reuses_what_precedes_it(pair: Pair) -> None:
    first = pair.ask(user(QUESTION))
    earlier = [user(QUESTION), assistant(first.text)]
    pair.ask(*earlier, user("One thing."))
    edited = pair.ask(*earlier, user("Another thing."))
    assert reused(edited) > 0.6


def test_branch_reuses_the_trunk_and_so_does_the_trunk_afterwards(pair: Pair) -> None:
    first = pair.ask(user(QUESTION))
    trunk = [user(QUESTION), assistant(first.text), user("Go on with one two three.")]
    second = pair.ask(*trunk)
    branch = pair.ask(user(QUESTION), assistant(first.text), user("Leave that, tell me of naïve café."))
    assert reused(branch) > 0.6
    after = pair.ask(*trunk, assistant(second.text), user("And then?"))
    assert reused(after) > 0.6


def test_answer_that_goes_on_reuses_its_beginning(pair: Pair) -> None:
    first = pair.ask(user(QUESTION), sampling={"max_tokens": 9})
    resume = {"token_ids": first.token_ids, "text": first.text}
    longer = pair.ask(user(QUESTION), sampling={"max_tokens": 40}, resume=resume)
    assert reused(longer) > 0.9


def test_cancelled_answer_keeps_its_work(pair: Pair) -> None:
    stopped = pair.stop_after(5, user(QUESTION))
    resume = {"token_ids": stopped.token_ids, "text": stopped.text}
    sampling = {"max_tokens": 40}
    assert reused(pair.ask(user(QUESTION), sampling=sampling)) > 0.9
    assert reused(pair.ask(user(QUESTION), sampling=sampling, resume=resume)) > 0.9


def test_prompt_given_as_ids_reuses_all_but_its_last_id(engines: tuple[Engine, Engine]) -> None:
    ids = [5 + index % 250 for index in range(90)]
    first, again = (engines[0].generate(prompt_token_ids=ids) for _ in range(2))
    assert again.token_ids == first.token_ids
    assert again.finished["usage"]["cached_tokens"] == len(ids) - 1


def test_rows_that_leave_a_batch_are_reused(pair: Pair, engines: tuple[Engine, Engine]) -> None:
    asked = [user(QUESTION), user(f"Quickly! {QUESTION}"), user(f"{QUESTION} In short.")]
    for index, message in enumerate(asked):
        chat = [pair.system, message]
        sampling = {"max_tokens": 20 + 10 * index}
        frame = {"type": "generate", "row": f"b{index}", "messages": chat, "sampling": sampling}
        engines[0].send(frame)
    engines[0].until_finished(len(asked))
    for message in asked:
        assert reused(pair.ask(message, sampling={"max_tokens": 60})) > 0.9


def test_samples_of_one_prompt_are_read_once(engines: tuple[Engine, Engine]) -> None:
    engine, count = engines[0], 5
    prompt = [7 + index % 240 for index in range(120)]
    for seed in range(count):
        sampling = {"max_tokens": 12, "temperature": 1.5, "seed": seed}
        engine.send({"type": "generate", "row": f"n{seed}", "prompt_token_ids": prompt, "sampling": sampling})
    frames = engine.until_finished(count)
    usages = [frame["usage"] for frame in frames if frame["type"] == "finished"]
    read = sum(usage["prompt_tokens"] - usage["cached_tokens"] for usage in usages)
    assert read == len(prompt) + count - 1
    said = {seed: [] for seed in range(count)}
    for frame in frames:
        for part in frame["rows"] if frame["type"] == "step" else []:
            said[int(part["row"][1:])] += part["token_ids"]
    assert len({tuple(tokens) for tokens in said.values()}) == count
    for seed, tokens in said.items():
        sampling = {"max_tokens": 12, "temperature": 1.5, "seed": seed}
        assert engines[1].generate(prompt_token_ids=prompt, sampling=sampling).token_ids == tokens


def test_unload_forgets(engines: tuple[Engine, Engine], model: Path) -> None:
    engine = engines[0]
    engine.generate(content=QUESTION)
    engine.unload()
    assert engine.load(model)["type"] == "loaded"
    assert reused(engine.generate(content=QUESTION)) == 0
