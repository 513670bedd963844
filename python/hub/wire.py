"""What this process says and how it fails: one JSON object a line on stdout."""

from __future__ import annotations

import errno
import json
import sys
import threading
from typing import Any
from urllib.parse import urlsplit

import httpx2
from huggingface_hub.errors import (
    GatedRepoError,
    HfHubHTTPError,
    HFValidationError,
    RepositoryNotFoundError,
    RevisionNotFoundError,
)

_lock = threading.Lock()


class HubError(Exception):
    """A failure with a code of server/kernel/errors.ts and a sentence a person can act on."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def emit(event: str, **fields: Any) -> None:
    """Writes one line; safe from several threads."""
    line = json.dumps({"event": event, **fields}, separators=(",", ":"))
    with _lock:
        sys.stdout.write(line + "\n")
        sys.stdout.flush()


def report_request(url: str, received: int) -> None:
    """Tells the daemon's egress ledger what was asked of whom. Bytes of the answer's body."""
    parts = urlsplit(url)
    emit("request", host=parts.netloc, path=parts.path[:500], received=received)


def explain(error: BaseException, repository: str) -> HubError:
    """Turns what huggingface_hub, httpx or the disk raised into a HubError."""
    if isinstance(error, HubError):
        return error
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        return HubError(
            "insufficient_storage",
            "The disk is full. Free space, then resume the download; what arrived is kept.",
        )
    if isinstance(error, GatedRepoError):
        return HubError(
            "forbidden",
            f"{repository} is gated: accept its terms on the Hub, "
            "then save an access token on the Models screen.",
        )
    if isinstance(error, RepositoryNotFoundError):
        return HubError(
            "not_found",
            f"The Hub has no repository {repository}, or it is private and needs an access token.",
        )
    if isinstance(error, RevisionNotFoundError):
        return HubError("not_found", f"{repository} has no such revision.")
    if isinstance(error, HFValidationError):
        return HubError(
            "invalid_request", f"{repository} is not a repository id: it must look like owner/name."
        )
    if isinstance(error, HfHubHTTPError):
        return _explain_status(error)
    if isinstance(error, httpx2.HTTPError | ConnectionError | TimeoutError):
        return HubError(
            "upstream_failed",
            f"The Hub cannot be reached: {_first_line(error)}. Check the network, then try again.",
        )
    if isinstance(error, PermissionError):
        return HubError("forbidden", f"The models folder cannot be written: {_first_line(error)}.")
    return HubError("upstream_failed", f"The download failed: {_first_line(error)}.")


def _explain_status(error: HfHubHTTPError) -> HubError:
    status = getattr(error.response, "status_code", 0)
    if status == 429:
        return HubError("rate_limited", "The Hub asks to wait: too many requests. Resume in a few minutes.")
    if status in (401, 403):
        return HubError(
            "forbidden", "The Hub refused the access token. Save a valid one on the Models screen."
        )
    return HubError("upstream_failed", f"The Hub answered {status}: {_first_line(error)}.")


def _first_line(error: BaseException) -> str:
    lines = str(error).strip().splitlines()
    return lines[0][:300] if lines else type(error).__name__
