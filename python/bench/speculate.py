"""What guessing ahead brings: decode with `speculation` auto over off, in one engine, rounds interleaved.

    python bench/speculate.py [--tokens N] [--rounds N] [--hidden N]

The model is made to say a fixed text (tests/copier.py) and computes like any other of its size, so that
the texts can be chosen: a copy of the prompt with a change in each 25th place, a text of which nothing
stands in the prompt, and one whose pairs of ids all stand there and go on differently. A draft model is
right always (the same text) or never (another one). Then the guide, with its own small sister.
Printed: tokens per second by the clock (best of the rounds), the ratio of both, and the ratio by the
processor time of the engine, which other load disturbs least.
"""

import argparse
import statistics
import sys
import tempfile
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
sys.path.insert(0, str(ROOT / "bench"))


from sections.processes import processor_seconds  # noqa: E402

from tests.copier import make_copier  # noqa: E402
from tests.engine import Engine  # noqa: E402
from tests.tiny import QWEN2  # noqa: E402

QUESTION = "Which model should I load first, and how much memory does it need?"


def of_size(hidden: int, layers: int) -> dict[str, Any]:
    sizes = {"hidden_size": hidden, "intermediate_size": 4 * hidden, "num_hidden_layers": layers}
    return {**QWEN2, **sizes, "num_attention_heads": hidden // 32, "num_key_value_heads": 2}


def prompts(text: list[int]) -> dict[str, list[int]]:
    """Prompts that end with the first three ids of the text, which the answer goes on with."""
    random = Random(1)
    changed = [random.choice(text) if index % 25 == 24 else token for index, token in enumerate(text)]
    misled: list[int] = []
    for before, after in pairwise(text):
        misled += [before, after, random.choice(text)]
    return {
        "copied text": changed + text[:3],
        "fresh text": [random.choice(text[-40:]) for _ in range(len(text))] + text[:3],
        "misleading text": misled + text[:3],
    }


def compare(name: str, engine: Engine, rounds: int, tokens: int, **frame: Any) -> None:
    """Print one line: tokens per second with and without guesses, and what the receipt says."""
    rates: dict[str, list[float]] = {"off": [], "auto": []}
    costs: dict[str, list[float]] = {"off": [], "auto": []}
    ids: dict[str, list[int]] = {}
    receipts: list[dict[str, Any]] = []
    # The first answer reads the prompt.
    engine.generate(sampling={"max_tokens": 1}, **frame)
    for _ in range(rounds):
        for way, found in rates.items():
            before = processor_seconds(engine.process.pid)
            answer = engine.generate(sampling={"max_tokens": tokens}, speculation=way, **frame)
            found.append(answer.finished["timings"]["tokens_per_second"])
            costs[way].append(processor_seconds(engine.process.pid) - before)
            ids[way] = answer.token_ids
            if way == "auto" and answer.finished["speculation"]:
                receipts.append(answer.finished["speculation"])
    if ids["off"] != ids["auto"]:
        raise SystemExit(f"{name}: the answers differ.")
    off, auto = max(rates["off"]), max(rates["auto"])
    work = statistics.median(costs["off"]) / statistics.median(costs["auto"])
    told = "nothing guessed"
    if receipts:
        gain = statistics.median(receipt["gain"] for receipt in receipts)
        right, guessed = (sum(one[key] for one in receipts) for key in ("accepted_tokens", "drafted_tokens"))
        told = f"{receipts[-1]['method']}, {right} of {guessed} right, gain told {gain:.2f}"
    print(f"{name:34} {off:8.1f} {auto:8.1f} {auto / off:6.2f} {work:6.2f}  {told}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--tokens", type=int, default=250)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--hidden", type=int, default=512)
    options = parser.parse_args()
    print(f"{'':34} {'off':>8} {'auto':>8} {'clock':>6} {'work':>6}")
    with tempfile.TemporaryDirectory() as folder:
        target, right, wrong = (Path(folder) / name for name in ("target", "right", "wrong"))
        text = make_copier(target, of_size(options.hidden, 6))
        make_copier(right, of_size(options.hidden // 4, 2))
        make_copier(wrong, of_size(options.hidden // 4, 2), seed=1)
        asked = prompts(text)
        with Engine() as engine:
            engine.load(target)
            for name, prompt in asked.items():
                compare(name, engine, options.rounds, options.tokens, prompt_token_ids=prompt)
        for name, draft in (("draft model, always right", right), ("draft model, never right", wrong)):
            with Engine() as engine:
                engine.load(target, draft_path=str(draft))
                prompt = asked["fresh text"]
                compare(name, engine, options.rounds, options.tokens, prompt_token_ids=prompt)
    guide, small = (ROOT / "guide" / "models" / name for name in ("guide", "guide-small"))
    for name, draft in (("guide, prompt lookup", None), ("guide, with guide-small", str(small))):
        with Engine() as engine:
            engine.load(guide, draft_path=draft)
            compare(name, engine, 2 * options.rounds, options.tokens, content=QUESTION)


if __name__ == "__main__":
    main()
