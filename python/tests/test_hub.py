"""Downloads against a local server that speaks the Hub's API; each in a real `python -m hub` process."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from .hub_server import COMMIT, TOKEN, Hub

PYTHON = Path(__file__).parents[1]
REPOSITORY = "someone/tiny-model"
WEIGHTS = os.urandom(400_000)


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[Hub]:
    folder = tmp_path / "served" / REPOSITORY
    (folder / "onnx").mkdir(parents=True)
    (folder / "config.json").write_text('{"model_type": "qwen2", "num_hidden_layers": 2}')
    (folder / "tokenizer.json").write_text("{}")
    (folder / "model.safetensors").write_bytes(WEIGHTS)
    (folder / "pytorch_model.bin").write_bytes(b"pickle")
    (folder / "modeling.py").write_text("raise SystemExit")
    (folder / "onnx" / "model.json").write_text("{}")
    server = Hub(tmp_path / "served")
    server.run()
    yield server
    server.shutdown()


def spawn(request: dict[str, Any]) -> subprocess.Popen[str]:
    # The engine tests beside this file switch the Hub off for their own process.
    env = {name: value for name, value in os.environ.items() if not name.endswith("_OFFLINE")}
    process = subprocess.Popen(
        [sys.executable, "-m", "hub"],
        cwd=PYTHON,
        env=env,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdin
    process.stdin.write(json.dumps(request) + "\n")
    process.stdin.flush()
    return process


def lines_of(process: subprocess.Popen[str]) -> list[dict[str, Any]]:
    assert process.stdout
    try:
        return [line for line in map(json.loads, process.stdout) if line["event"] != "request"]
    finally:
        process.wait(30)


def ask(hub: Hub, command: str, **fields: Any) -> list[dict[str, Any]]:
    return lines_of(spawn({"command": command, "repository": REPOSITORY, "endpoint": hub.url, **fields}))


def planned(hub: Hub) -> dict[str, Any]:
    (plan,) = ask(hub, "plan")
    assert plan["event"] == "plan", plan
    return plan


def fetch(hub: Hub, tmp_path: Path, plan: dict[str, Any]) -> list[dict[str, Any]]:
    return lines_of(spawn(download_request(hub, tmp_path, plan)))


def download_request(hub: Hub, tmp_path: Path, plan: dict[str, Any]) -> dict[str, Any]:
    return {
        "command": "download",
        "repository": REPOSITORY,
        "revision": plan["revision"],
        "endpoint": hub.url,
        "files": plan["files"],
        "partial": str(tmp_path / "models" / ".partial" / "x"),
        "destination": str(tmp_path / "models" / "someone--tiny-model"),
    }


def test_plan_lists_only_what_an_engine_reads_and_says_why_the_rest_stays(hub: Hub) -> None:
    plan = planned(hub)
    assert plan["revision"] == COMMIT
    assert {file["path"] for file in plan["files"]} == {"config.json", "tokenizer.json", "model.safetensors"}
    assert {entry["path"] for entry in plan["skipped"]} == {
        "pytorch_model.bin",
        "modeling.py",
        "onnx/model.json",
    }
    assert plan["config"]["model_type"] == "qwen2"


def test_download_brings_every_file_whole_and_reports_bytes(hub: Hub, tmp_path: Path) -> None:
    plan = planned(hub)
    lines = fetch(hub, tmp_path, plan)
    assert lines[-1] == {"event": "done"}
    total = sum(file["size"] for file in plan["files"])
    assert lines[-2]["done"] == lines[-2]["total"] == total
    folder = tmp_path / "models" / "someone--tiny-model"
    assert (folder / "model.safetensors").read_bytes() == WEIGHTS
    assert sorted(path.name for path in folder.iterdir()) == [
        "config.json",
        "model.safetensors",
        "tokenizer.json",
    ]


def test_killed_download_goes_on_where_it_was(hub: Hub, tmp_path: Path) -> None:
    plan = planned(hub)
    hub.control = {"rate": 200_000}
    process = spawn(download_request(hub, tmp_path, plan))
    assert process.stdout
    for line in process.stdout:
        if json.loads(line).get("done", 0) > 200_000:
            break
    process.kill()
    process.wait(30)
    part = tmp_path / "models" / ".partial" / "x" / "model.safetensors.part"
    kept = part.stat().st_size
    assert kept > 0
    hub.control = {}
    hub.requests.clear()
    lines = fetch(hub, tmp_path, plan)
    assert lines[-1] == {"event": "done"}
    assert [request.split()[-1] for request in hub.requests] == [f"bytes={kept}-"]
    assert lines[-2]["fetched"] == len(WEIGHTS) - kept
    assert (tmp_path / "models" / "someone--tiny-model" / "model.safetensors").read_bytes() == WEIGHTS


def test_connection_cut_in_the_middle_is_taken_up_within_the_same_run(hub: Hub, tmp_path: Path) -> None:
    plan = planned(hub)
    hub.control = {"cut_after": 160 * 1024}
    lines = fetch(hub, tmp_path, plan)
    assert lines[-1] == {"event": "done"}
    assert any("bytes=" in request for request in hub.requests)


def test_damaged_file_is_refused_and_fetched_anew(hub: Hub, tmp_path: Path) -> None:
    plan = planned(hub)
    hub.control = {"damage": "model.safetensors"}
    last = fetch(hub, tmp_path, plan)[-1]
    assert (last["event"], last["code"]) == ("error", "upstream_failed")
    assert not (tmp_path / "models" / "someone--tiny-model").exists()
    hub.control = {}
    assert fetch(hub, tmp_path, plan)[-1] == {"event": "done"}


def test_gated_repository_asks_for_a_token_and_takes_it(hub: Hub) -> None:
    hub.control = {"gated": [REPOSITORY]}
    (refused,) = ask(hub, "plan")
    assert refused["code"] == "forbidden" and "token" in refused["message"]
    (plan,) = ask(hub, "plan", token=TOKEN)
    assert plan["gated"] is True


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"repository": "someone/absent"}, "not_found"),
        ({"revision": "no-such-branch"}, "not_found"),
        ({"repository": "not a repository"}, "invalid_request"),
        ({"endpoint": "http://127.0.0.1:9"}, "upstream_failed"),
    ],
)
def test_failures_name_their_cause(hub: Hub, fields: dict[str, str], code: str) -> None:
    request = {"command": "plan", "repository": REPOSITORY, "endpoint": hub.url, **fields}
    (line,) = lines_of(spawn(request))
    assert (line["event"], line["code"]) == ("error", code), line


def test_process_ends_when_its_parent_does(hub: Hub, tmp_path: Path) -> None:
    plan = planned(hub)
    hub.control = {"rate": 50_000}
    process = spawn(download_request(hub, tmp_path, plan))
    assert process.stdout and process.stdin
    process.stdout.readline()
    process.stdin.close()
    assert process.wait(10) == 3
