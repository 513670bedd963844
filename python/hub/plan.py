"""What a download of a repository would bring, asked before anything is fetched."""

from __future__ import annotations

import fnmatch
import io
import json
from dataclasses import asdict, dataclass
from typing import Any

from huggingface_hub import HfApi, hf_hub_url
from huggingface_hub.file_download import http_get
from huggingface_hub.utils import build_hf_headers

from .wire import HubError, report_request

#: Weights, JSON and tokenizer files: all that an engine reads. Nothing that could run.
ALLOWED = (
    "*.safetensors",
    "*.json",
    "*.jinja",
    "tokenizer.model",
    "spiece.model",
    "*.tiktoken",
    "merges.txt",
    "vocab.txt",
)
MAX_FILES = 2000
MAX_CONFIG_BYTES = 4 * 1024 * 1024


@dataclass(frozen=True)
class PlannedFile:
    """A file to fetch. `sha256` for files in large-file storage, else `git_oid` (sha1 of the git blob)."""

    path: str
    size: int
    sha256: str | None
    git_oid: str | None


@dataclass(frozen=True)
class Source:
    """Where from. `endpoint` None is the Hub itself; `token` only for private or gated repositories."""

    repository: str
    revision: str | None
    endpoint: str | None
    token: str | None


def make_plan(source: Source) -> dict[str, Any]:
    """Lists what would be fetched and what is left out, with reasons, and the parsed config.json.

    Raises HubError and huggingface_hub's errors. Sizes in bytes.
    """
    api = HfApi(endpoint=source.endpoint, token=source.token or False)
    report_request(f"{api.endpoint}/api/models/{source.repository}", 0)
    found = api.model_info(source.repository, revision=source.revision, files_metadata=True, timeout=20)
    files, skipped = sort_files(found.siblings or [])
    return {
        "revision": found.sha,
        "gated": bool(found.gated),
        "files": [asdict(file) for file in files],
        "skipped": skipped,
        "config": fetch_config(source, found.sha, files),
    }


def sort_files(siblings: list[Any]) -> tuple[list[PlannedFile], list[dict[str, str]]]:
    """Splits a repository's listing into files to fetch and files to leave, each with a reason."""
    if len(siblings) > MAX_FILES:
        raise HubError(
            "too_large", f"The repository lists {len(siblings)} files; at most {MAX_FILES} are accepted."
        )
    files: list[PlannedFile] = []
    skipped: list[dict[str, str]] = []
    for sibling in siblings:
        reason = refuse(sibling)
        if reason:
            skipped.append({"path": str(sibling.rfilename)[:200], "reason": reason})
            continue
        lfs = sibling.lfs
        files.append(
            PlannedFile(
                sibling.rfilename,
                int(sibling.size),
                lfs.sha256 if lfs else None,
                None if lfs else sibling.blob_id,
            )
        )
    if not any(file.path.endswith(".safetensors") for file in files):
        raise HubError(
            "model_unsupported",
            "The repository holds no safetensors weights. Choose one that has been converted for MLX.",
        )
    if not any(file.path == "config.json" for file in files):
        raise HubError(
            "model_invalid", "The repository has no config.json, so its architecture is not known."
        )
    return files, skipped


def refuse(sibling: Any) -> str | None:
    """Why a listed file is left out, or None when it is wanted."""
    name = str(sibling.rfilename)
    if (
        name != name.strip()
        or any(ord(letter) < 32 for letter in name)
        or "\\" in name
        or name.startswith(".")
    ):
        return "not a plain file name"
    if "/" in name:
        return "in a subfolder, which engines do not read"
    if not any(fnmatch.fnmatchcase(name, pattern) for pattern in ALLOWED):
        return "only JSON, tokenizer and safetensors files are fetched"
    if sibling.size is None:
        return "the Hub does not tell its size"
    return None


def fetch_config(source: Source, commit: str | None, files: list[PlannedFile]) -> dict[str, Any]:
    """Reads config.json (a few kB) so that architecture and memory can be judged before the download."""
    entry = next(file for file in files if file.path == "config.json")
    if entry.size > MAX_CONFIG_BYTES:
        raise HubError("model_invalid", "config.json is larger than 4 MB; that is no model configuration.")
    buffer = io.BytesIO()
    url = hf_hub_url(source.repository, "config.json", revision=commit, endpoint=source.endpoint)
    http_get(
        url,
        buffer,
        headers=build_hf_headers(token=source.token or False),
        expected_size=entry.size,
    )
    report_request(url, entry.size)
    try:
        config = json.loads(buffer.getvalue())
    except ValueError as error:
        raise HubError("model_invalid", "config.json is not valid JSON.") from error
    if not isinstance(config, dict):
        raise HubError("model_invalid", "config.json is not a JSON object.")
    return config
