"""The engine as the daemon meets it: a real process, a real socket, a real model."""

import json
import os
import shutil
import signal
from pathlib import Path
from typing import Any

import pytest

from .engine import TOKEN, Answer, Engine, generate_frame

LOOPING = "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}"


def messages(*contents: str) -> list[dict[str, str]]:
    roles = ("user", "assistant")
    return [{"role": roles[index % 2], "content": content} for index, content in enumerate(contents)]


def test_hello_names_the_spawn_and_the_machine(engine: Engine) -> None:
    hello = engine.hello
    assert hello["token"] == TOKEN
    assert hello["pid"] == engine.process.pid
    assert hello["protocol"] == 1
    assert hello["memory_bytes"] > 2**28
    preloaded = "LD_PRELOAD" in Path(f"/proc/{engine.process.pid}/environ").read_text()
    assert hello["blas"] == ("openblas" if preloaded else "reference")


def test_greedy_answer_streams_and_repeats(engine: Engine) -> None:
    first, second = (engine.generate(content="Tell me twice, please.") for _ in range(2))
    assert first.token_ids == second.token_ids
    assert first.text == second.text
    assert len(set(first.token_ids)) > 5, "the tiny model must not repeat one token"
    assert first.reason == "length"
    assert len(first.token_ids) == 24
    assert first.finished["usage"] == {
        "prompt_tokens": first.admitted["prompt_tokens"],
        "completion_tokens": 24,
        "cached_tokens": 0,
        "reasoning_tokens": 0,
    }
    assert all(len(part["token_ids"]) == 1 for part in first.parts)
    assert first.finished["timings"]["tokens_per_second"] > 0


def test_prompt_is_told_in_ids_when_asked(engine: Engine) -> None:
    asked = engine.generate(content="What did I ask?", report_prompt=True)
    ids = asked.admitted["prompt_token_ids"]
    assert len(ids) == asked.admitted["prompt_tokens"]
    again = engine.generate(prompt_token_ids=ids)
    assert again.admitted["prompt_hash"] == asked.admitted["prompt_hash"]
    assert again.token_ids == asked.token_ids
    assert again.admitted["prompt_token_ids"] is None


def test_frames_of_a_row_come_in_order(engine: Engine) -> None:
    kinds = [frame["type"] for frame in engine.generate().frames]
    assert kinds[0] == "admitted"
    assert kinds[1] == "prefill"
    assert kinds[-1] == "finished"
    assert kinds.count("finished") == 1


def test_seeded_answer_repeats_alone_and_among_others(engine: Engine) -> None:
    sampling = {"temperature": 0.9, "top_p": 0.95, "top_k": 100, "min_p": 0.01, "seed": 11}
    alone = engine.generate(sampling=sampling)
    other = engine.generate(sampling={**sampling, "seed": 12})
    assert alone.token_ids != other.token_ids
    for index in range(4):
        engine.send(generate_frame(f"o{index}", f"Other {index}", sampling={"temperature": 1}))
    engine.send(generate_frame("seeded", sampling=sampling))
    frames = engine.until_finished(5)
    assert joined(frames, "seeded").token_ids == alone.token_ids


def test_engine_draws_and_reports_a_seed(engine: Engine) -> None:
    answer = engine.generate(sampling={"temperature": 1})
    again = engine.generate(sampling={"temperature": 1, "seed": answer.admitted["seed"]})
    assert again.token_ids == answer.token_ids


@pytest.mark.parametrize(
    "sampling",
    [
        {},
        {"temperature": 1, "seed": 5},
        {"repetition_penalty": 1.3},
        {"temperature": 0.7, "seed": 6, "repetition_penalty": 1.2, "top_p": 0.9},
    ],
    ids=["greedy", "seeded", "penalised", "all"],
)
def test_resumed_answer_equals_the_uninterrupted_one(engine: Engine, sampling: dict[str, Any]) -> None:
    sampling = {"max_tokens": 20, **sampling}
    whole = engine.generate(sampling=sampling)
    for cut in range(len(whole.token_ids) + 1):
        delivered = "".join(part["text"] for part in whole.parts[:cut])
        resume = {"token_ids": whole.token_ids[:cut], "text": delivered}
        rest = engine.generate(sampling=sampling, resume=resume)
        assert whole.token_ids[:cut] + rest.token_ids == whole.token_ids
        assert delivered + rest.text == whole.text
        assert rest.reason == whole.reason
        for count in ("prompt_tokens", "completion_tokens"):
            assert rest.finished["usage"][count] == whole.finished["usage"][count]


def test_resume_inside_a_stop_string_still_stops_there(engine: Engine) -> None:
    free = engine.generate()
    # The last character of one token and the first of the next: the stop string spans both.
    at = next(
        index
        for index in range(4, 20)
        if free.parts[index]["text"].isascii()
        and free.parts[index]["text"]
        and free.parts[index + 1]["text"].isascii()
        and free.parts[index + 1]["text"]
    )
    stop = free.parts[at]["text"][-1] + free.parts[at + 1]["text"][0]
    sampling = {"stop": [stop]}
    whole = engine.generate(sampling=sampling)
    assert whole.reason == "stop"
    assert whole.text == free.text.split(stop)[0]
    for cut in range(len(whole.token_ids) + 1):
        delivered = "".join(part["text"] for part in whole.parts[:cut])
        resume = {"token_ids": whole.token_ids[:cut], "text": delivered}
        rest = engine.generate(sampling=sampling, resume=resume)
        assert whole.token_ids[:cut] + rest.token_ids == whole.token_ids
        assert delivered + rest.text == whole.text
        assert rest.reason == "stop"


def test_end_token_ends_the_answer_and_is_not_part_of_it(engine: Engine) -> None:
    # A resume that already ends with an end token says: the model had finished.
    whole = engine.generate()
    text = "".join(part["text"] for part in whole.parts[:6])
    resume = {"token_ids": [*whole.token_ids[:6], 2], "text": text}
    answer = engine.generate(resume=resume)
    assert answer.reason == "stop"
    assert answer.token_ids == []
    assert answer.finished["usage"]["completion_tokens"] == 6


def test_resume_whose_text_is_not_its_tokens_is_refused(engine: Engine) -> None:
    answer = engine.generate(resume={"token_ids": [5, 6, 7], "text": "something else"})
    assert answer.error["code"] == "invalid_request"


def test_length_stopped_answer_continues(engine: Engine) -> None:
    short = engine.generate(sampling={"max_tokens": 9, "stop": ["never said in full"]})
    long = engine.generate(sampling={"max_tokens": 18})
    resume = {"token_ids": short.token_ids, "text": short.text}
    rest = engine.generate(sampling={"max_tokens": 18}, resume=resume)
    assert short.text + rest.text == long.text
    assert short.token_ids + rest.token_ids == long.token_ids


def test_cancel_ends_a_row_and_leaves_the_others(engine: Engine) -> None:
    engine.send(generate_frame("stays", sampling={"max_tokens": 60}))
    engine.send(generate_frame("goes", sampling={"max_tokens": 3000}))
    frames = engine.until(lambda f: f["type"] == "step" and any(part["row"] == "goes" for part in f["rows"]))
    engine.send({"type": "cancel", "row": "goes"})
    # The other may end first: a cancel is read between two steps.
    ends = 0
    while ends < 2:
        frames += engine.until(lambda f: f["type"] == "finished")
        ends += 1
    goes = [f for f in frames if f["type"] == "finished" and f["row"] == "goes"]
    assert [f["finish_reason"] for f in goes] == ["cancelled"]
    stays = joined(frames, "stays")
    assert stays.reason == "length"
    assert len(stays.token_ids) == 60
    assert engine.reply({"type": "ping", "id": "p"})["rows"] == 0


def test_cancel_works_before_the_first_token(engine: Engine) -> None:
    engine.send(generate_frame("r", prompt_token_ids=[7] * 4000))
    engine.send({"type": "cancel", "row": "r"})
    answer = engine.gather("r")
    assert answer.reason == "cancelled"
    assert answer.token_ids == []


def test_cancelling_twice_or_unknown_rows_is_harmless(engine: Engine) -> None:
    engine.send({"type": "cancel", "row": "nobody"})
    engine.send(generate_frame("r", sampling={"max_tokens": 3000}))
    engine.send({"type": "cancel", "row": "r"})
    engine.send({"type": "cancel", "row": "r"})
    assert engine.gather("r").reason == "cancelled"
    assert engine.reply({"type": "ping", "id": "p"})["type"] == "pong"


def test_row_id_in_use_is_refused_and_the_row_goes_on(engine: Engine) -> None:
    engine.send(generate_frame("r", sampling={"max_tokens": 300}))
    engine.send(generate_frame("r"))
    frames = engine.until(lambda f: f["type"] == "finished")
    assert [f["error"]["code"] for f in frames if f["type"] == "error"] == ["conflict"]
    assert len(Answer("r", frames).token_ids) == 300


def test_prompt_longer_than_the_window_is_refused_with_numbers(engine: Engine) -> None:
    answer = engine.generate(content="word " * 9000)
    assert answer.reason == "error"
    assert answer.error["code"] == "context_overflow"
    assert answer.error["details"]["context_window"] == 4096
    assert answer.error["details"]["prompt_tokens"] > 4096


def test_answer_ends_where_the_window_ends(engine: Engine) -> None:
    answer = engine.generate(prompt_token_ids=[5, 6] * 2045, sampling={"max_tokens": 500})
    assert answer.reason == "length"
    assert answer.finished["usage"]["completion_tokens"] == 6


def test_long_prompt_reports_its_progress(engine: Engine) -> None:
    answer = engine.generate(prompt_token_ids=[11] * 4000, sampling={"max_tokens": 1})
    progress = [frame for frame in answer.frames if frame["type"] == "prefill"]
    assert len(progress) > 1
    assert [f["done"] for f in progress] == sorted({f["done"] for f in progress})
    assert progress[-1]["done"] == progress[-1]["total"] == 4000


def test_batched_rows_say_what_they_say_alone(engine: Engine) -> None:
    prompts = ["a", "a longer prompt with more words in it", "Grüße 你好"]
    alone = [engine.generate(content=prompt).token_ids for prompt in prompts]
    for index, prompt in enumerate(prompts):
        engine.send(generate_frame(f"b{index}", prompt))
    frames = engine.until_finished(len(prompts))
    assert [joined(frames, f"b{index}").token_ids for index in range(len(prompts))] == alone


def test_count_is_what_a_generation_reports(engine: Engine) -> None:
    chat = messages("Grüße <|im_end|> 🙂", "An answer.", "And again?")
    counted = engine.reply({"type": "count", "id": "c", "messages": chat, "text": "one two three"})
    answer = engine.generate(messages=chat, sampling={"max_tokens": 1})
    assert counted["tokens"] == answer.finished["usage"]["prompt_tokens"]
    assert sum(counted["per_message"]) == counted["tokens"]
    assert len(counted["per_message"]) == 3
    assert all(share > 0 for share in counted["per_message"])
    assert counted["text_tokens"] > 0
    nothing = engine.reply({"type": "count", "id": "c", "messages": []})
    assert (nothing["tokens"], nothing["per_message"], nothing["text_tokens"]) == (0, [], 0)


def test_control_tokens_that_a_person_typed_stay_text(engine: Engine) -> None:
    plain = engine.reply({"type": "count", "id": "c", "messages": messages("x"), "text": "<|im_end|>"})
    assert plain["text_tokens"] > 1


def test_open_assistant_message_is_continued(engine: Engine) -> None:
    chat = messages("Count", "one two")
    closed = engine.reply({"type": "count", "id": "c", "messages": chat})["tokens"]
    answer = engine.generate(messages=chat, continue_final=True, sampling={"max_tokens": 1})
    assert answer.admitted["prompt_tokens"] < closed
    wrong = engine.generate(messages=messages("Count"), continue_final=True)
    assert wrong.error["code"] == "invalid_request"


@pytest.mark.parametrize(
    "payload",
    [b"", b"{", b"[]", b"\xff\xfe", b'{"type":"reboot","id":"9"}', b"[" * 100_000, b'{"type":"ping"}'],
)
def test_malformed_frame_is_answered_and_the_engine_lives(engine: Engine, payload: bytes) -> None:
    engine.send_bytes(payload)
    answer = engine.receive()
    assert answer["type"] == "error"
    assert answer["error"]["code"] == "invalid_request"
    assert answer["id"] == ("9" if b'"9"' in payload else None)
    assert engine.reply({"type": "ping", "id": "p"})["type"] == "pong"


@pytest.mark.parametrize(
    "frame",
    [
        {"messages": None},
        {"prompt_token_ids": [1], "messages": messages("x")},
        {"prompt_token_ids": []},
        {"prompt_token_ids": [999_999]},
        {"messages": []},
        {"resume": {"token_ids": [999_999], "text": ""}},
    ],
)
def test_contradictory_row_finishes_with_the_reason(engine: Engine, frame: dict[str, Any]) -> None:
    answer = engine.generate(**frame)
    assert answer.reason == "error"
    assert answer.error["code"] == "invalid_request"


def test_embedding_with_a_text_model_is_unsupported(engine: Engine) -> None:
    answer = engine.reply({"type": "embed", "id": "e", "texts": ["a"]})
    assert answer["error"]["code"] == "unsupported"


def test_second_model_is_refused(engine: Engine, qwen: Path) -> None:
    assert engine.load(qwen)["error"]["code"] == "conflict"


def test_engine_without_a_model_says_so_and_recovers_from_a_bad_one(qwen: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken"
    shutil.copytree(qwen, broken)
    (broken / "model.safetensors").write_bytes(b"nothing")
    misfit = tmp_path / "misfit"
    shutil.copytree(qwen, misfit)
    config = json.loads((misfit / "config.json").read_text())
    (misfit / "config.json").write_text(json.dumps({**config, "hidden_size": 96}))
    with Engine() as engine:
        assert engine.generate().error["code"] == "conflict"
        assert engine.load(tmp_path / "none")["error"]["code"] == "model_invalid"
        assert engine.load(broken)["error"]["code"] == "model_invalid"
        assert engine.load(misfit)["error"]["code"] == "model_invalid"
        tight = engine.load(qwen, memory_limit_bytes=1000)["error"]
        assert tight["code"] == "insufficient_memory"
        assert tight["details"]["limit_bytes"] == 1000
        assert tight["details"]["needed_bytes"] > 1000
        assert engine.load(qwen, context_window=64)["receipt"]["context_window"] == 64
        assert engine.generate().reason in ("length", "stop")
        engine.send(generate_frame("r", sampling={"max_tokens": 3000}))
        engine.send({"type": "unload", "id": "u"})
        frames = engine.until(lambda f: f["type"] == "unloaded")
        assert [f["finish_reason"] for f in frames if f["type"] == "finished"] == ["cancelled"]
        assert engine.load(qwen)["type"] == "loaded"


@pytest.mark.parametrize("template", [LOOPING, None], ids=["endless", "none"])
def test_template_that_fails_fails_its_row_only(qwen: Path, tmp_path: Path, template: str | None) -> None:
    model = tmp_path / "model"
    shutil.copytree(qwen, model)
    settings = json.loads((model / "tokenizer_config.json").read_text())
    settings.pop("chat_template")
    if template is not None:
        settings["chat_template"] = template
    (model / "tokenizer_config.json").write_text(json.dumps(settings))
    with Engine() as engine:
        loaded = engine.load(model)
        assert loaded["type"] == "loaded"
        assert loaded["receipt"]["has_chat_template"] == (template is not None)
        engine.send(generate_frame("ids", prompt_token_ids=[5, 6], sampling={"max_tokens": 2000}))
        engine.until(lambda f: f["type"] == "step")
        engine.send(generate_frame("chat"))
        frames = engine.until(lambda f: f["type"] == "finished" and f["row"] == "ids")
        chat = [f for f in frames if f["type"] == "finished" and f["row"] == "chat"]
        chat = chat or [engine.gather("chat").finished]
        assert chat[0]["error"]["code"] == "model_invalid"
        assert frames[-1]["finish_reason"] in ("length", "stop")


def test_frame_over_the_cap_is_told_and_ends_the_connection() -> None:
    with Engine() as engine:
        engine.link.sendall(b"\xff\xff\xff\xff")
        assert engine.receive()["error"]["code"] == "too_large"
        with pytest.raises(EOFError):
            engine.receive()
        assert engine.process.wait(10) != 0


def test_engine_ends_with_its_daemon_even_while_it_works(qwen: Path) -> None:
    with Engine() as engine:
        engine.load(qwen)
        engine.send(generate_frame("r", sampling={"max_tokens": 3000}))
        engine.until(lambda f: f["type"] == "step")
        assert engine.process.stdin
        engine.process.stdin.close()
        assert engine.process.wait(5) == 0


def test_engine_ends_when_the_daemon_hangs_up(qwen: Path) -> None:
    with Engine() as engine:
        engine.link.close()
        assert engine.process.wait(10) == 0


def test_interrupt_of_the_terminal_is_the_daemons_business(engine: Engine) -> None:
    os.kill(engine.process.pid, signal.SIGINT)
    assert engine.reply({"type": "ping", "id": "p"})["type"] == "pong"


def test_nothing_is_printed_on_stdout(qwen: Path) -> None:
    with Engine() as engine:
        engine.load(qwen)
        engine.generate()
        assert engine.process.stdin and engine.process.stdout
        engine.process.stdin.close()
        engine.process.wait(5)
        assert engine.process.stdout.read() == b""


def test_open_files_stay_as_many_as_they_were(engine: Engine) -> None:
    limits = Path(f"/proc/{engine.process.pid}/limits").read_text()
    own = Path("/proc/self/limits").read_text()
    line = next(line for line in limits.splitlines() if line.startswith("Max open files"))
    assert line in own


def test_bytes_of_an_answer_grow_with_its_tokens_only(engine: Engine) -> None:
    sizes = []
    for length in (400, 800):
        answer = engine.generate(sampling={"max_tokens": length, "temperature": 1, "seed": 1})
        sizes.append(sum(len(json.dumps(frame)) for frame in answer.frames) + 80 * len(answer.parts))
    assert sizes[1] <= 2.1 * sizes[0]


def joined(frames: list[dict[str, Any]], row: str) -> Answer:
    end = next(i for i, f in enumerate(frames) if f["type"] == "finished" and f["row"] == row)
    return Answer(row, frames[: end + 1])
