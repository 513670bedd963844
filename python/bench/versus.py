"""Ours beside the installed mlx_lm: every bar of the engine, in one table.

    python bench/versus.py [--section NAME]... [--rounds N] [--seconds N]

Ours is a real engine process read over its socket; theirs is mlx_lm.server in a process of its own
or stream_generate in this one, on the same weights, with the same BLAS and as many threads, unless
a line says otherwise. Rounds of both are interleaved; the figures are medians. A bar that was missed
says so and changes nothing else: this is a benchmark, not a test.
"""

import argparse
import os
import sys
import tempfile
import time
import traceback
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from tests.engine import OPENBLAS  # noqa: E402

ENVIRONMENT = {"MLX_DISABLE_COMPILE": "1", "OPENBLAS_NUM_THREADS": "1", "LD_PRELOAD": str(OPENBLAS)}
PYTHON_SECTIONS = ("alone", "together", "waiting", "prefix", "padding", "turns", "half")
DAEMON_SECTIONS = ("restart", "unload", "metrics")
SECTIONS = (*PYTHON_SECTIONS, *DAEMON_SECTIONS)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--section", action="append", choices=SECTIONS, help="may be repeated; all without it"
    )
    parser.add_argument("--rounds", type=int, help="rounds of each figure; each section has its own number")
    parser.add_argument(
        "--seconds", type=float, default=110, help="after which a section starts no new round"
    )
    options = parser.parse_args()
    _start_again_in_the_same_environment()
    print(row("figure", "ours", "theirs", "ratio", "bar", ""))
    for name in options.section or SECTIONS:
        _run(name, Patience(options.seconds, options.rounds))


def _start_again_in_the_same_environment() -> None:
    """MLX reads these once: this process takes them as the engine and the server do."""
    missing = {name: value for name, value in ENVIRONMENT.items() if os.environ.get(name) != value}
    if missing and OPENBLAS.exists():
        os.execve(sys.executable, [sys.executable, *sys.argv], {**os.environ, **missing})


def _run(name: str, patience: "Patience") -> None:
    started = time.monotonic()
    try:
        with tempfile.TemporaryDirectory(prefix="versus-") as folder:
            for figure in _figures(name, Path(folder), patience):
                print(figure.line(), flush=True)
    except Exception:
        traceback.print_exc()
        print(f"{name}: could not be measured", flush=True)
    print(f"  ({name}: {time.monotonic() - started:.0f} s)", flush=True)


def _figures(name: str, folder: Path, patience: "Patience") -> "Iterator[Figure]":
    if name in DAEMON_SECTIONS:
        return figures_of(name, patience)
    return import_module(f"bench.sections.{name}").figures(folder, patience)


if __name__ == "__main__":
    from collections.abc import Iterator
    from importlib import import_module

    from bench.sections.daemon import figures_of
    from bench.sections.figure import Figure, Patience, row

    main()
