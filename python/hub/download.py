"""Fetches the files of a plan so that a kill at any moment costs nothing that had arrived."""

from __future__ import annotations

import hashlib
import os
import shutil
import time
from pathlib import Path
from typing import Any

from huggingface_hub import constants, hf_hub_url
from huggingface_hub.file_download import http_get
from huggingface_hub.utils import build_hf_headers
from tqdm import tqdm

from .plan import PlannedFile, Source
from .wire import HubError, emit, report_request

#: Seconds between two progress lines.
REPORT_EVERY = 0.2
#: Bytes handed over at a time: a cut loses what is not handed over yet (huggingface_hub would take 10 MB).
BLOCK_BYTES = 128 * 1024


class Progress:
    """Counts bytes over all files and reports them."""

    def __init__(self, total: int) -> None:
        self.total = total
        self.done = 0
        self.fetched = 0
        self._reported = 0.0

    def skip(self, count: int) -> None:
        """Counts bytes that were on the disk already."""
        self.done += count
        self.report(force=True)

    def add(self, count: int) -> None:
        self.done += count
        self.fetched += max(count, 0)
        self.report(force=False)

    def report(self, *, force: bool) -> None:
        if force or time.monotonic() - self._reported >= REPORT_EVERY:
            self._reported = time.monotonic()
            emit("progress", done=self.done, total=self.total, fetched=self.fetched)


def download(source: Source, files: list[PlannedFile], partial: Path, destination: Path) -> None:
    """Fetches `files` into `partial`, checks each, then renames the folder to `destination` in one step.

    huggingface_hub 2 discards a partial file when its process ends, so partial files are ours: `NAME.part`
    grows in place and goes on with a Range request. Raises HubError, huggingface_hub's errors, OSError.
    """
    setattr(constants, "DOWNLOAD_CHUNK_SIZE", BLOCK_BYTES)  # noqa: B010 - declared as a Literal
    partial.mkdir(mode=0o700, parents=True, exist_ok=True)
    progress = Progress(sum(file.size for file in files))
    require_space(partial, files)
    for file in sorted(files, key=lambda entry: entry.size):
        fetch(source, file, partial, progress)
    progress.report(force=True)
    install(partial, destination)


def require_space(partial: Path, files: list[PlannedFile]) -> None:
    """Refuses before the first byte when the disk cannot hold what is missing."""
    missing = sum(file.size for file in files) - sum(present(partial, file) for file in files)
    free = shutil.disk_usage(partial).free
    if missing > free:
        raise HubError(
            "insufficient_storage",
            f"{missing} bytes are missing and {free} are free. Free space, then resume.",
        )


def present(partial: Path, file: PlannedFile) -> int:
    """Bytes of `file` that are already there."""
    for path in (partial / file.path, part_path(partial, file)):
        if path.is_file():
            return min(path.stat().st_size, file.size)
    return 0


def part_path(partial: Path, file: PlannedFile) -> Path:
    return partial / f"{file.path}.part"


def fetch(source: Source, file: PlannedFile, partial: Path, progress: Progress) -> None:
    """Brings one file, checked, to its name in `partial`."""
    target = partial / file.path
    if target.is_file() and target.stat().st_size == file.size:
        progress.skip(file.size)
        return
    part = part_path(partial, file)
    url = hf_hub_url(source.repository, file.path, revision=source.revision, endpoint=source.endpoint)
    descriptor = os.open(part, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    with os.fdopen(descriptor, "r+b") as stream:
        have = stream.seek(0, os.SEEK_END)
        if have > file.size:
            have = stream.truncate(0)
            stream.seek(0)
        progress.skip(have)
        http_get(
            url,
            stream,
            resume_size=have,
            headers=build_hf_headers(token=source.token or False),
            expected_size=file.size,
            tqdm_class=counting_bar(progress),
        )
        stream.flush()
        os.fsync(stream.fileno())
    report_request(url, file.size - have)
    verify(part, file)
    part.rename(target)


def counting_bar(progress: Progress) -> Any:
    """A silent tqdm class that reports to `progress`: huggingface_hub's own way to observe a transfer."""

    class CountingBar(tqdm):
        def __init__(self, *args: Any, **options: Any) -> None:
            options.pop("name", None)
            super().__init__(*args, **{**options, "disable": True})

        def update(self, n: float | None = 1) -> bool | None:
            progress.add(int(n or 0))
            return None

    return CountingBar


def verify(part: Path, file: PlannedFile) -> None:
    """Compares the digest the Hub announced; a wrong file is deleted, so that a resume fetches it anew."""
    digest = (
        hashlib.sha256()
        if file.sha256
        else hashlib.sha1(f"blob {file.size}\0".encode(), usedforsecurity=False)
    )
    with part.open("rb") as stream:
        while block := stream.read(1 << 20):
            digest.update(block)
    expected = file.sha256 or file.git_oid
    if expected and digest.hexdigest() != expected:
        part.unlink()
        raise HubError(
            "upstream_failed", f"{file.path} arrived damaged and was deleted. Resume to fetch it again."
        )


def install(partial: Path, destination: Path) -> None:
    """Puts the finished folder in place; an older download of the same repository gives way only then."""
    destination.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    old = destination.with_name(f".old-{destination.name}-{os.getpid()}")
    if destination.exists():
        destination.rename(old)
    partial.rename(destination)
    shutil.rmtree(old, ignore_errors=True)
