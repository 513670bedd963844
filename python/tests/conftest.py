"""Shared models and one shared engine; mlx_lm is imported once, without its side effects."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

os.environ.setdefault("MLX_DISABLE_COMPILE", "1")

from mlx_worker.imports import import_mlx_lm

from .engine import Engine
from .tiny import make_model

import_mlx_lm()


@pytest.fixture(scope="session")
def qwen(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny float32 model with an ordinary cache and a ChatML template."""
    return make_model(tmp_path_factory.mktemp("models") / "qwen")


@pytest.fixture(scope="session")
def engine(qwen: Path) -> Iterator[Engine]:
    """An engine process with `qwen` loaded; every test leaves it without rows."""
    with Engine() as engine:
        assert engine.load(qwen)["type"] == "loaded"
        yield engine
