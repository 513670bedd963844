"""What is wrong costs its own row, with a reason; the others go on and the engine stays."""

import json
import math
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import mlx.core as mx
import msgspec
import pytest
from tokenizers import Tokenizer, models, pre_tokenizers

from .engine import Answer, Engine, Frame, generate_frame
from .tiny import MAMBA, QWEN2, make_model

# The embedding of this token is NaN in the models of `poisoned`.
POISON = 300
HEALTHY = [5, 9, 200, 31, 7, 7, 120, 64, 12]


@pytest.fixture(scope="module", params=[QWEN2, MAMBA], ids=["plain", "state space"])
def poisoned(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """An engine whose model computes NaN for every prompt with the token POISON."""
    folder = tmp_path_factory.mktemp("bad") / "model"
    path = make_model(folder, {**request.param, "tie_word_embeddings": False})
    weights: Any = mx.load(str(path / "model.safetensors"))
    name = next(name for name in weights if "embed" in name and name.endswith("weight"))
    table = weights[name]
    table[POISON] = math.nan
    weights[name] = table
    mx.save_safetensors(str(path / "model.safetensors"), weights, {"format": "mlx"})
    with Engine() as engine:
        assert engine.load(path)["type"] == "loaded"
        yield engine


def ask_beside(engine: Engine, *frames: Frame) -> dict[str, Answer]:
    """Answers of these rows while another talks, which must not be disturbed."""
    alone = engine.generate("beside", prompt_token_ids=HEALTHY, sampling={"max_tokens": 80})
    engine.send(generate_frame("beside", prompt_token_ids=HEALTHY, sampling={"max_tokens": 80}))
    received = engine.until(lambda f: f["type"] == "step")
    for frame in frames:
        engine.send(frame)
    received += engine.until_finished(len(frames) + 1)
    answers = {}
    for row in ["beside", *(frame["row"] for frame in frames)]:
        end = next(i for i, f in enumerate(received) if f["type"] == "finished" and f["row"] == row)
        answers[row] = Answer(row, received[: end + 1])
    assert answers["beside"].token_ids == alone.token_ids
    assert answers["beside"].reason == alone.reason
    return answers


@pytest.mark.parametrize(
    "prompt",
    [[*HEALTHY, POISON], [POISON, *HEALTHY], [*HEALTHY, POISON, *[11] * 700]],
    ids=["at the end", "at the start", "in a long prefill"],
)
def test_nan_of_a_prompt_fails_its_row_alone(poisoned: Engine, prompt: list[int]) -> None:
    answer = ask_beside(poisoned, generate_frame("bad", prompt_token_ids=prompt))["bad"]
    assert answer.reason == "error"
    assert answer.error["code"] == "engine_failed"
    assert "NaN" in answer.error["message"]
    assert answer.token_ids == []


def test_nan_in_the_middle_of_an_answer_keeps_what_was_said(poisoned: Engine) -> None:
    sampling = {"max_tokens": 50, "logit_bias": {str(POISON): 100}}
    bad = generate_frame("bad", prompt_token_ids=[5, 6, 7], sampling=sampling)
    answer = ask_beside(poisoned, bad)["bad"]
    assert answer.reason == "error"
    assert answer.token_ids == [POISON]


def test_nothing_of_a_failed_prompt_is_reused(poisoned: Engine) -> None:
    prompt = [*range(30, 80), POISON, *range(30, 80)]
    assert poisoned.generate(prompt_token_ids=prompt).reason == "error"
    again = poisoned.generate(prompt_token_ids=prompt)
    assert again.finished["usage"]["cached_tokens"] <= 50
    assert poisoned.generate(prompt_token_ids=prompt[:50]).reason in ("length", "stop")


@pytest.mark.parametrize(
    ("template", "code"),
    [
        ("{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}", "model_invalid"),
        ("{{ 1 / 0 }}", "model_invalid"),
        ("{{ messages.pop() }}", "model_invalid"),
        ("{{ raise_exception('roles must alternate') }}", "invalid_request"),
    ],
    ids=["loops", "throws", "forbidden", "refuses"],
)
def test_template_that_fails_fails_its_row_alone(tmp_path: Path, template: str, code: str) -> None:
    with Engine() as engine:
        engine.load(make_model(tmp_path / "model", template=template))
        answer = ask_beside(engine, generate_frame("bad"))["bad"]
        assert answer.reason == "error"
        assert answer.error["code"] == code


def test_text_that_the_tokenizer_rejects_fails_its_row_alone(tmp_path: Path) -> None:
    path = make_model(tmp_path / "model", MAMBA, template="{{ messages[0]['content'] }}")
    # No token for words that it does not know; "a ,b" is what mlx_lm asks every tokenizer.
    words = ["one", "two", "<|im_end|>", "a", ",", "b"]
    tokenizer = Tokenizer(models.WordLevel({word: index for index, word in enumerate(words)}, unk_token="?"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.save(str(path / "tokenizer.json"))
    with Engine() as engine:
        assert engine.load(path)["type"] == "loaded"
        answer = ask_beside(engine, generate_frame("bad", "one three"))["bad"]
        assert answer.reason == "error"
        assert answer.error["code"] == "engine_failed"
        assert "tokenizer rejects" in answer.error["message"]
        assert engine.generate(content="one two").reason in ("length", "stop")


def test_id_that_the_tokenizer_does_not_know_costs_at_most_its_row(tmp_path: Path) -> None:
    path = make_model(tmp_path / "model")
    config = json.loads((path / "config.json").read_text())
    weights: Any = mx.load(str(path / "model.safetensors"))
    rows = weights["model.embed_tokens.weight"]
    # As models are shipped: the table is padded to a round number of rows.
    weights["model.embed_tokens.weight"] = mx.concatenate([rows, rows[:64]])
    mx.save_safetensors(str(path / "model.safetensors"), weights, {"format": "mlx"})
    (path / "config.json").write_text(json.dumps({**config, "vocab_size": config["vocab_size"] + 64}))
    unknown = config["vocab_size"] + 60
    with Engine() as engine:
        assert engine.load(path)["type"] == "loaded"
        sampling = {"max_tokens": 3, "logit_bias": {str(unknown): 100}, "logprobs": True, "top_logprobs": 2}
        bad = generate_frame("bad", prompt_token_ids=HEALTHY, sampling=sampling)
        answer = ask_beside(engine, bad)["bad"]
        assert answer.reason in ("length", "error")


@pytest.mark.parametrize(
    ("change", "parameter"),
    [
        ({"temprature": 1}, "temprature"),
        ({"sampling": {"max_tokens": 5, "typical_p": 0.5}}, "sampling.typical_p"),
        ({"sampling": {"max_tokens": 0}}, "sampling.max_tokens"),
        ({"sampling": {"max_tokens": 5, "temperature": "hot"}}, "sampling.temperature"),
        ({"sampling": {}}, "sampling.max_tokens"),
        ({"priority": "urgent"}, "priority"),
        ({"resume": {"token_ids": [5]}}, "resume.text"),
        ({"sampling": {"max_tokens": 5, "top_logprobs": 2}}, "sampling.top_logprobs"),
        ({"prompt_token_ids": [5], "messages": [{"role": "user", "content": "x"}]}, "prompt_token_ids"),
        ({"prompt_token_ids": [5], "continue_final": True}, "continue_final"),
        ({"prompt_token_ids": [999_999]}, "prompt_token_ids"),
        ({"prompt_token_ids": []}, "prompt_token_ids"),
        ({"messages": None}, "messages"),
        ({"resume": {"token_ids": [999_999], "text": ""}}, "resume.token_ids"),
    ],
)
def test_parameter_that_is_wrong_is_refused_by_name(engine: Engine, change: Frame, parameter: str) -> None:
    engine.send({**generate_frame(**{k: v for k, v in change.items() if k == "prompt_token_ids"}), **change})
    finished = engine.until(lambda f: f["type"] == "finished")[-1]
    assert finished["finish_reason"] == "error"
    assert finished["error"]["code"] == "invalid_request"
    assert finished["error"]["details"]["parameter"] == parameter


def test_frame_that_repeats_a_running_row_and_is_wrong_leaves_it_alone(engine: Engine) -> None:
    engine.send(generate_frame("r", sampling={"max_tokens": 200}))
    engine.send({**generate_frame("r"), "temprature": 1})
    answer = engine.gather("r")
    assert answer.error is None


def test_connection_that_ends_inside_a_frame_ends_the_engine_quietly(qwen: Path) -> None:
    payload = msgspec.json.encode(generate_frame())
    with Engine() as engine:
        engine.load(qwen)
        engine.send(generate_frame("r", sampling={"max_tokens": 3000}))
        engine.until(lambda f: f["type"] == "step")
        engine.link.sendall(len(payload).to_bytes(4, "big") + payload[: len(payload) // 2])
        engine.link.close()
        assert engine.process.wait(10) == 0
        assert "failed" not in engine.log.read_text()


def test_frame_that_comes_in_pieces_is_one_frame(engine: Engine) -> None:
    payload = msgspec.json.encode({"type": "ping", "id": "slow"})
    for piece in (len(payload).to_bytes(4, "big")[:2], len(payload).to_bytes(4, "big")[2:], payload):
        engine.link.sendall(piece)
    assert engine.receive()["id"] == "slow"


def test_garbage_never_crashes_the_engine() -> None:
    draw = random.Random(7)
    with Engine() as engine:
        for _ in range(200):
            engine.send_bytes(draw.randbytes(draw.randrange(64)))
        engine.send({"type": "ping", "id": "p"})
        refused = engine.until(lambda f: f["type"] == "pong")
        assert [frame["type"] for frame in refused] == ["error"] * 200 + ["pong"]
        # Without frames around it, garbage announces a frame that is far too long, sooner or later.
        engine.link.sendall(b"\xf0" + draw.randbytes(64))
        assert engine.receive()["error"]["code"] == "too_large"
        assert engine.process.wait(10) == 65
