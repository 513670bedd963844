"""Figures of the daemon's side, measured by programs in e2e/bench that print one JSON line each."""

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

from .figure import Figure, Patience
from .peer import plain_environment

ROOT = Path(__file__).resolve().parents[3]
PROGRAMS = {
    "restart": ("e2e/bench/daemon-sections.ts", "restart"),
    "unload": ("e2e/bench/daemon-sections.ts", "unload"),
    "metrics": ("e2e/bench/metrics-section.ts",),
}
PATIENCE_SECONDS = 300


def figures_of(section: str, patience: Patience) -> Iterator[Figure]:
    """Raises CalledProcessError when the section fails; its complaint is on stderr."""
    command = ["node", *PROGRAMS[section]]
    if patience.rounds:
        command.append(str(patience.rounds))
    done = subprocess.run(
        command,
        cwd=ROOT,
        env=plain_environment(),
        stdout=subprocess.PIPE,
        check=True,
        timeout=PATIENCE_SECONDS,
    )
    for line in done.stdout.splitlines():
        yield Figure(**json.loads(line))
