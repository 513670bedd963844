"""The list of architectures that the daemon judges model directories by, held to the installed mlx-lm."""

from __future__ import annotations

import ast
import json
from importlib.metadata import version
from pathlib import Path

import mlx_lm.models
from mlx_lm.utils import MODEL_REMAPPING

LIST = Path(__file__).parents[2] / "server" / "features" / "models" / "architectures.json"


def defined_names(module: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.parse(module.read_text()).body:
        if isinstance(node, ast.ClassDef):
            names.add(node.name)
        if isinstance(node, ast.ImportFrom):
            names |= {alias.asname or alias.name for alias in node.names}
    return names


def test_list_names_every_architecture_of_the_installed_mlx_lm() -> None:
    listed = json.loads(LIST.read_text())
    modules = Path(mlx_lm.models.__path__[0]).glob("*.py")
    known = {module.stem for module in modules if {"Model", "ModelArgs"} <= defined_names(module)}
    assert len(known) > 50
    assert listed["mlx_lm"] == version("mlx-lm")
    assert listed["model_types"] == sorted([*known, *MODEL_REMAPPING])
