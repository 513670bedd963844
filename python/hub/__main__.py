"""`python -m hub`: one request as a JSON line on stdin, answers as JSON lines on stdout.

Requests: {"command": "plan" | "download", "repository", "revision", "endpoint", "token", "files", "partial",
"destination"}. Answers: `request` (for the egress ledger), `plan`, `progress` (bytes), `done`,
or `error` {code, message}. stdin stays open as a
liveness pipe: when it ends, so does this process.
"""

from __future__ import annotations

import json
import os
import sys
import threading
from pathlib import Path
from typing import Any


def main() -> int:
    line = sys.stdin.readline()
    if not line:
        return 2
    request = json.loads(line)
    threading.Thread(target=leave_with_parent, daemon=True).start()
    os.environ |= {
        "HF_HUB_DISABLE_XET": "1",
        "HF_HUB_DISABLE_TELEMETRY": "1",
        "HF_HUB_DISABLE_PROGRESS_BARS": "1",
    }
    # huggingface_hub reads its environment at import.
    from .wire import emit, explain

    try:
        answer(request)
    except Exception as error:  # every failure becomes one typed line
        told = explain(error, str(request.get("repository")))
        emit("error", code=told.code, message=str(told))
        return 1
    return 0


def answer(request: dict[str, Any]) -> None:
    from .download import download
    from .plan import PlannedFile, Source, make_plan
    from .wire import emit

    source = Source(
        request["repository"], request.get("revision"), request.get("endpoint"), request.get("token")
    )
    if request["command"] == "plan":
        emit("plan", **make_plan(source))
        return
    files = [PlannedFile(**file) for file in request["files"]]
    download(source, files, Path(request["partial"]), Path(request["destination"]))
    emit("done")


def leave_with_parent() -> None:
    sys.stdin.read()
    os._exit(3)


if __name__ == "__main__":
    sys.exit(main())
