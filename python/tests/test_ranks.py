"""One model over several real processes on loopback: the same text as one process gives."""

import json
import os
import select
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from mlx_worker.exits import EXIT_DIVERGED
from mlx_worker.launch import Plan, PlannedHost, _free_ports, rank_orders

from .engine import ROOT, Engine, generate_frame
from .tiny import GEMMA3, QWEN2, make_model

HERE = {"ssh": "127.0.0.1", "ips": ["127.0.0.1"]}
SEEDED = {"temperature": 0.9, "seed": 11, "max_tokens": 40}
GREEDY = {"max_tokens": 40}


def plan(size: int = 2, **changes: Any) -> dict[str, Any]:
    return {
        "backend": "ring",
        "hosts": [HERE] * size,
        "port": _free_ports(2),
        "python": sys.executable,
        "folder": str(ROOT),
        **changes,
    }


class RankedEngine(Engine):
    """An engine of several ranks; `pids` by rank."""

    def __init__(self, size: int = 2, **variables: str) -> None:
        super().__init__(plan(size, **({"hosts": [HERE, FAR]} if variables else {})), **variables)
        assert self.process.stdout
        self.pids = [one["pid"] for one in json.loads(self.process.stdout.readline())["started"]]

    def ended(self) -> dict[str, Any]:
        assert self.process.stdout
        return json.loads(self.process.stdout.readline())["ended"]


FAR = {"ssh": "far.example", "ips": ["127.0.0.1"]}


@pytest.fixture(scope="module")
def splittable(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two key-value heads: each of two ranks gets one."""
    return make_model(tmp_path_factory.mktemp("ranks") / "qwen", {**QWEN2, "num_key_value_heads": 2})


@pytest.fixture(scope="module")
def alone(splittable: Path) -> dict[str, list[int]]:
    """What one process says."""
    with Engine() as engine:
        assert engine.load(splittable)["type"] == "loaded"
        return {
            "greedy": engine.generate("g", sampling=GREEDY).token_ids,
            "seeded": engine.generate("s", sampling=SEEDED).token_ids,
            "other": engine.generate("o", content="Count to ten.", sampling=GREEDY).token_ids,
        }


@pytest.fixture(scope="module")
def ranked(splittable: Path) -> Any:
    with RankedEngine() as engine:
        assert engine.load(splittable)["type"] == "loaded"
        yield engine


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_two_ranks_say_what_one_says(ranked: RankedEngine, alone: dict[str, list[int]]) -> None:
    assert ranked.generate("g", sampling=GREEDY).token_ids == alone["greedy"]
    assert ranked.generate("s", sampling=SEEDED).token_ids == alone["seeded"]
    assert alone["greedy"] != alone["seeded"]


def test_rows_that_run_together_keep_their_texts(ranked: RankedEngine, alone: dict[str, list[int]]) -> None:
    ranked.send(generate_frame("1", sampling=SEEDED))
    ranked.send(generate_frame("2", sampling=GREEDY))
    ranked.send(generate_frame("3", content="Count to ten.", sampling=GREEDY))
    frames = ranked.until_finished(3)
    said: dict[str, list[int]] = {"1": [], "2": [], "3": []}
    for frame in frames:
        for part in frame["rows"] if frame["type"] == "step" else []:
            said[part["row"]] += part["token_ids"]
    assert said == {"1": alone["seeded"], "2": alone["greedy"], "3": alone["other"]}
    assert any(len(frame["rows"]) == 3 for frame in frames if frame["type"] == "step")


def test_cancel_in_the_middle_leaves_the_others_in_step(
    ranked: RankedEngine, alone: dict[str, list[int]]
) -> None:
    ranked.send(generate_frame("long", sampling={"max_tokens": 2000, "temperature": 0.5, "seed": 6}))
    ranked.send(generate_frame("short", sampling=GREEDY))
    ranked.until(lambda f: f["type"] == "step" and len(f["rows"]) == 2)
    ranked.send({"type": "cancel", "row": "long"})
    frames = ranked.until_finished(2)
    reasons = {f["row"]: f["finish_reason"] for f in frames if f["type"] == "finished"}
    assert reasons["long"] == "cancelled"
    assert ranked.generate("again", sampling=SEEDED).token_ids == alone["seeded"]


def test_constrained_and_paused_rows_keep_their_texts(
    ranked: RankedEngine, splittable: Path, alone: dict[str, list[int]]
) -> None:
    constraint = {"type": "regex", "value": "(yes|no|maybe)( [a-z]{3}){8}"}
    with Engine() as engine:
        engine.load(splittable)
        expected = engine.generate(sampling=SEEDED, constraint=constraint)
    ranked.send(generate_frame("paused", sampling=GREEDY))
    ranked.until(lambda f: f["type"] == "step")
    ranked.send({"type": "pause", "row": "paused"})
    constrained = ranked.generate("constrained", sampling=SEEDED, constraint=constraint)
    assert constrained.text == expected.text != ""
    ranked.send({"type": "continue", "row": "paused"})
    assert ranked.gather("paused").reason == "length"
    assert ranked.generate("again", sampling=GREEDY).token_ids == alone["greedy"]


def test_a_prompt_that_was_there_before_is_not_computed_again(
    ranked: RankedEngine, alone: dict[str, list[int]]
) -> None:
    ranked.generate("first", sampling=GREEDY)
    again = ranked.generate("second", sampling=GREEDY)
    assert again.finished["cache"]["from"] == "memory"
    assert again.token_ids == alone["greedy"]


def test_every_rank_holds_its_share_only(ranked: RankedEngine, splittable: Path) -> None:
    with Engine() as engine:
        whole = engine.load(splittable)["receipt"]
    ranked.unload()
    share = ranked.load(splittable)["receipt"]
    assert share["parameters"] == whole["parameters"]
    assert share["weights_bytes"] < 0.8 * whole["weights_bytes"]
    assert share["kv_bytes_per_token"] * 2 == whole["kv_bytes_per_token"]


def test_heads_that_do_not_divide_are_split_by_layers(qwen: Path) -> None:
    with Engine() as engine:
        engine.load(qwen)
        expected = engine.generate(sampling=SEEDED).token_ids
    with RankedEngine() as engine:
        assert engine.load(qwen)["type"] == "loaded"
        assert engine.generate("1", sampling=SEEDED).token_ids == expected
        assert engine.generate("2", sampling=SEEDED).token_ids == expected


def test_three_ranks_share_three_layers(tmp_path: Path) -> None:
    model = make_model(tmp_path / "deep", {**QWEN2, "num_hidden_layers": 4})
    with Engine() as engine:
        engine.load(model)
        expected = engine.generate(sampling=GREEDY).token_ids
    with RankedEngine(3) as engine:
        assert engine.load(model)["type"] == "loaded"
        assert engine.generate(sampling=GREEDY).token_ids == expected


def test_a_quantized_model_is_widened_and_split(tmp_path: Path) -> None:
    config = {**QWEN2, "hidden_size": 128, "num_attention_heads": 4, "num_key_value_heads": 2}
    model = make_model(tmp_path / "four", config, quantize=4)
    with Engine() as engine:
        assert engine.load(model)["receipt"]["widened"]
        expected = engine.generate(sampling=GREEDY).token_ids
    with RankedEngine() as engine:
        assert engine.load(model)["receipt"]["widened"]
        assert engine.generate(sampling=GREEDY).token_ids == expected


def test_a_model_that_cannot_be_split_is_refused_and_the_ranks_stay(tmp_path: Path, splittable: Path) -> None:
    model = make_model(tmp_path / "gemma", GEMMA3)
    with RankedEngine() as engine:
        refusal = engine.load(model)
        assert refusal["error"]["code"] == "model_unsupported"
        assert "2 ranks" in refusal["error"]["message"]
        assert engine.load(splittable)["type"] == "loaded"


def test_a_killed_rank_ends_all_and_is_named(splittable: Path) -> None:
    with RankedEngine() as engine:
        engine.load(splittable)
        engine.send(generate_frame("row", sampling={"max_tokens": 3000, "temperature": 0.5, "seed": 6}))
        engine.until(lambda f: f["type"] == "step")
        os.kill(engine.pids[1], signal.SIGKILL)
        assert engine.ended() == {"rank": 1, "host": "127.0.0.1", "reason": "was ended by SIGKILL"}
        engine.process.wait(10)
        assert not any(map(is_alive, engine.pids))
        # The row is neither failed nor finished: the daemon goes on with it.
        with pytest.raises(EOFError):
            engine.until(lambda f: f["type"] == "finished")


@pytest.mark.parametrize("victim", ["launcher", "rank 0"])
def test_no_rank_outlives_the_others(splittable: Path, victim: str) -> None:
    with RankedEngine() as engine:
        engine.load(splittable)
        os.kill(engine.process.pid if victim == "launcher" else engine.pids[0], signal.SIGKILL)
        engine.process.wait(10)
        wait_until_gone(engine.pids)


def test_ranks_end_with_the_daemon(splittable: Path) -> None:
    with RankedEngine() as engine:
        engine.load(splittable)
        assert engine.process.stdin
        engine.process.stdin.close()
        assert engine.process.wait(10) == 0
        wait_until_gone(engine.pids)


def wait_until_gone(pids: list[int]) -> None:
    """Their parent may be gone, so that nobody can be asked to wait for them."""
    for pid in pids:
        try:
            descriptor = os.pidfd_open(pid)
        except ProcessLookupError:
            continue
        assert select.select([descriptor], [], [], 10)[0], f"{pid} lives on"
        os.close(descriptor)


def test_a_rank_over_ssh_is_started_and_ended_as_a_local_one(
    tmp_path: Path, splittable: Path, alone: dict[str, list[int]]
) -> None:
    path = fake_ssh(tmp_path)
    with RankedEngine(PATH=path) as engine:
        assert engine.load(splittable)["type"] == "loaded"
        assert engine.generate(sampling=SEEDED).token_ids == alone["seeded"]
        over_there = int((tmp_path / "pid").read_text())
        os.kill(over_there, signal.SIGKILL)
        ended = engine.ended()
        assert (ended["rank"], ended["host"]) == (1, "far.example")
        engine.process.wait(10)
        wait_until_gone(engine.pids)


def test_a_rank_that_lacks_the_model_says_so(
    tmp_path: Path, splittable: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "here").symlink_to(splittable)
    path = fake_ssh(tmp_path)
    # Over there the working folder is another one.
    monkeypatch.chdir(tmp_path)
    with RankedEngine(PATH=path) as engine:
        refusal = engine.load(Path("/proc/self/cwd/here"))
        assert refusal["type"] == "error"
        assert refusal["error"]["message"].startswith("Rank 1 of 2: ")
        assert engine.load(splittable)["type"] == "loaded"


def fake_ssh(folder: Path) -> str:
    """A PATH whose `ssh` runs the command on this machine, as sshd would."""
    program = folder / "bin" / "ssh"
    program.parent.mkdir()
    program.write_text(
        f"#!/bin/bash\nexport PATH={os.environ['PATH']}\n[[ $* == *follower* ]] && echo $$ > {folder}/pid\n"
        'eval "exec ${@: -1}"\n'
    )
    program.chmod(0o755)
    return f"{program.parent}:{os.environ['PATH']}"


def test_every_backend_gets_what_mlx_launch_gives_it() -> None:
    hosts = [PlannedHost("127.0.0.1", ["10.0.0.1"]), PlannedHost("b", ["10.0.0.2"])]

    def orders(backend: str, hosts: list[PlannedHost] = hosts) -> Any:
        return rank_orders(Plan(backend, hosts, 5000, "python", "/", ["MLX_METAL_FAST_SYNCH=1"]))

    ring = orders("ring")
    assert [json.loads(one.files["MLX_HOSTFILE"]) for one in ring] == [
        [["10.0.0.1:5000"], ["10.0.0.2:5001"]]
    ] * 2
    assert [one.env for one in ring] == [{"MLX_METAL_FAST_SYNCH": "1", "MLX_RANK": rank} for rank in "01"]
    nccl = orders("nccl")
    assert nccl[1].env["NCCL_HOST_IP"] == "10.0.0.1"
    assert nccl[1].env["MLX_WORLD_SIZE"] == "2"
    twice = orders("nccl", [hosts[0], hosts[0]])
    assert [one.env["CUDA_VISIBLE_DEVICES"] for one in twice] == ["0", "1"]
    thunderbolt = [
        PlannedHost("127.0.0.1", ["10.0.0.1"], [None, "rdma_en2"]),
        PlannedHost("b", [], ["rdma_en3", None]),
    ]
    jaccl = orders("jaccl", thunderbolt)
    assert jaccl[1].env["MLX_JACCL_COORDINATOR"] == "10.0.0.1:5000"
    assert json.loads(jaccl[0].files["MLX_IBV_DEVICES"]) == [[None, "rdma_en2"], ["rdma_en3", None]]
    with pytest.raises(ValueError, match="RDMA"):
        orders("jaccl")
    with pytest.raises(ValueError, match="mpi"):
        orders("mpi")


def test_a_token_that_one_rank_alone_decoded_is_never_said(tmp_path: Path) -> None:
    """MLX's ring hands out what is in its buffers when a rank is lost."""
    log, log_end = os.pipe()
    answers, answer_end = os.pipe()
    port = _free_ports(2)
    hosts = tmp_path / "hosts"
    hosts.write_text(json.dumps([[f"127.0.0.1:{port}"], [f"127.0.0.1:{port + 1}"]]))

    def start(rank: int, code: str, **ends: Any) -> "subprocess.Popen[bytes]":
        environment = {
            **os.environ,
            "MLX_HOSTFILE": str(hosts),
            "PYTHONPATH": str(ROOT),
            "MLX_RANK": str(rank),
        }
        return subprocess.Popen([sys.executable, "-c", code], env=environment, stderr=subprocess.PIPE, **ends)

    follower = start(
        1,
        "from mlx_worker.ranks import Follower; rank = Follower('ring', 1);"
        "rank.confirm([3]); rank.confirm([4]); rank.agree('chunk', 1)",
        stdin=log,
        stdout=answer_end,
    )
    leader = start(
        0,
        f"from mlx_worker.ranks import Leader; rank = Leader('ring', [({log_end}, {answers})]);"
        "rank.confirm([3]); print('said 3', flush=True); rank.confirm([5]); print('said 5', flush=True)",
        stdout=subprocess.PIPE,
        pass_fds=[log_end, answers],
    )
    for descriptor in (log, log_end, answers, answer_end):
        os.close(descriptor)
    said, words = leader.communicate(timeout=60)
    follower.communicate(timeout=60)
    assert said == b"said 3\n"
    assert leader.returncode == EXIT_DIVERGED
    assert b"rank 1 decoded something else" in words
    assert follower.returncode == 0
