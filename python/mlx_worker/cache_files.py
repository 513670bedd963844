"""Caches of prompts on the disk: one safetensors file each, checked before it is believed.

FOLDER/<digest of the key>/<digest of the ids>-<crc32 of the file>.safetensors
"""

import base64
import hashlib
import json
import os
import shutil
import zlib
from array import array
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .imports import import_mlx_lm
from .layers import Layers, copy_layers, evaluate, layer_kinds
from .log import log

import_mlx_lm()

from mlx_lm.models.cache import load_prompt_cache, save_prompt_cache  # noqa: E402

SUFFIX, UNFINISHED = ".safetensors", ".tmp.safetensors"
# Writing holds up the MLX thread: a second or so at worst.
MAX_FILE_BYTES = 1 << 30
MAX_FILES = 1024
MAX_HEADER_BYTES = 64 << 20
# Where the load frame sets no limit: so much, and never more than this share of the free room.
DEFAULT_LIMIT_BYTES, FREE_SHARE = 8 << 30, 10
READ_BYTES = 1 << 20


@dataclass
class Saved:
    """What a file says of the cache in it. `rate`: prefilled tokens per second when it was written."""

    path: Path
    bytes: int
    ids: array
    prompt_tokens: int
    stable: bool
    cuttable: bool
    rate: float


class CacheFiles:
    """The files of one key in a folder that all keys share, held to `limit_bytes` together.

    The key names everything that makes a cache of no use to another: model, template, layer types, versions.
    """

    def __init__(self, folder: Path, key: dict[str, Any], limit_bytes: int | None) -> None:
        self._root = folder
        self._key = json.dumps(key, sort_keys=True)
        self._folder = folder / hashlib.sha256(self._key.encode()).hexdigest()[:32]
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if limit_bytes is None:
            limit_bytes = min(DEFAULT_LIMIT_BYTES, shutil.disk_usage(folder).free // FREE_SHARE)
        self._limit_bytes = limit_bytes

    def scan(self) -> list[Saved]:
        """What earlier engines left, the least recently used first. Damaged files are deleted."""
        for path in self._folder.glob(f"*{UNFINISHED}"):
            _delete(path)
        return [saved for path in _oldest_first(self._folder) if (saved := self._describe(path))]

    def takes(self, size: int) -> bool:
        return size <= min(MAX_FILE_BYTES, self._limit_bytes)

    def write(self, saved: Saved, layers: Layers) -> set[Path]:
        """Write layers that hold `saved.ids`; fills in its path and bytes.

        Returns the files that had to make room. Raises OSError, also for a disk with little left.
        """
        name = hashlib.sha256(saved.ids.tobytes()).hexdigest()[:32]
        unfinished = self._folder / f"{name}{UNFINISHED}"
        if shutil.disk_usage(self._folder).free < 2 * sum(layer.nbytes for layer in layers):
            raise OSError("The disk is nearly full.")
        save_prompt_cache(str(unfinished), copy_layers(layers), self._metadata(saved))
        saved.path = self._folder / f"{name}-{_checksum(unfinished):08x}{SUFFIX}"
        saved.bytes = unfinished.stat().st_size
        unfinished.replace(saved.path)
        return self._make_room(saved.path)

    def read(self, saved: Saved) -> list[Any] | None:
        """The layers, or None when the file is gone or not what it should be; it is deleted then."""
        try:
            if _checksum(saved.path) != _promised(saved.path):
                raise ValueError("the checksum differs")
            loaded, metadata = load_prompt_cache(str(saved.path), return_metadata=True)
            layers: list[Any] = list(loaded)
            self._check(metadata, saved.ids)
            if layer_kinds(layers) != json.loads(self._key)["layers"]:
                raise ValueError("the layers are of another type")
            evaluate(layers)
            os.utime(saved.path)
        except Exception as error:
            log("warn", "a cache file is not used", path=str(saved.path), reason=str(error))
            _delete(saved.path)
            return None
        return layers

    def _metadata(self, saved: Saved) -> dict[str, str]:
        return {
            "key": self._key,
            "ids": base64.b64encode(saved.ids.tobytes()).decode(),
            "prompt_tokens": str(saved.prompt_tokens),
            "stable": str(int(saved.stable)),
            "cuttable": str(int(saved.cuttable)),
            "rate": str(saved.rate),
        }

    def _describe(self, path: Path) -> Saved | None:
        """What the header says; reads no layer."""
        try:
            metadata = {
                name.removeprefix("0."): value
                for name, value in _header(path)["__metadata__"].items()
                if name.startswith("0.")
            }
            ids = array("I", base64.b64decode(metadata["ids"]))
            self._check(metadata, ids)
            return Saved(
                path,
                path.stat().st_size,
                ids,
                int(metadata["prompt_tokens"]),
                metadata["stable"] == "1",
                metadata["cuttable"] == "1",
                float(metadata["rate"]),
            )
        except Exception as error:
            log("warn", "a cache file is not used", path=str(path), reason=str(error))
            _delete(path)
            return None

    def _check(self, metadata: dict[str, str], ids: array) -> None:
        if metadata["key"] != self._key:
            raise ValueError("it belongs to another model")
        if not ids or base64.b64decode(metadata["ids"]) != ids.tobytes():
            raise ValueError("it holds other tokens")

    def _make_room(self, kept: Path) -> set[Path]:
        files = [path for folder in self._root.iterdir() if folder.is_dir() for path in _oldest_first(folder)]
        sizes = {path: _size(path) for path in sorted(files, key=_used_at)}
        total, gone = sum(sizes.values()), set()
        for path, size in sizes.items():
            if total <= self._limit_bytes and len(sizes) - len(gone) <= MAX_FILES:
                break
            if path != kept:
                _delete(path)
                gone.add(path)
                total -= size
        return gone


def delete_files(files: Iterable[Saved]) -> None:
    for saved in files:
        _delete(saved.path)


def _header(path: Path) -> dict[str, Any]:
    """The JSON at the beginning of a safetensors file: u64 little-endian length, then so many bytes."""
    with path.open("rb") as file:
        length = int.from_bytes(file.read(8), "little")
        if length > MAX_HEADER_BYTES:
            raise ValueError("the header is too long")
        return json.loads(file.read(length))


def _checksum(path: Path) -> int:
    value = 0
    with path.open("rb") as file:
        while piece := file.read(READ_BYTES):
            value = zlib.crc32(piece, value)
    return value


def _promised(path: Path) -> int:
    return int(path.name.removesuffix(SUFFIX).rpartition("-")[2], 16)


def _oldest_first(folder: Path) -> list[Path]:
    found = [path for path in folder.glob(f"*{SUFFIX}") if not path.name.endswith(UNFINISHED)]
    return sorted(found, key=_used_at)


def _used_at(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _delete(path: Path) -> None:
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        log("warn", "a cache file cannot be deleted", path=str(path), reason=str(error))
