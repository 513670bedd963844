"""Time to first token with a warm 8k prefix, over cold, on three kinds of cache.

    python bench/prefix.py [--tokens N] [--rounds N] [--hidden N]

Random-weight models with an ordinary cache, a sliding window and a state space, each in a real engine
process, asked in chat form over its socket. Warm are the next turn of the conversation, the same
prompt again, and another question under the same long system prompt. Medians of the rounds; the bar
is 5 %.
"""

import argparse
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from tests.engine import Answer, Engine, generate_frame  # noqa: E402
from tests.tiny import GEMMA3, MAMBA, QWEN2, make_model  # noqa: E402

Message = dict[str, str]
SENTENCE = "The engine answers questions about code and prints a list of numbers. "


def models(hidden: int) -> dict[str, dict[str, Any]]:
    sizes = {"hidden_size": hidden, "intermediate_size": 4 * hidden, "num_hidden_layers": 4}
    wide = {"max_position_embeddings": 32768}
    return {
        "plain": {**QWEN2, **sizes, **wide, "num_attention_heads": hidden // 32, "num_key_value_heads": 2},
        "sliding window": {
            **GEMMA3,
            **sizes,
            **wide,
            "num_attention_heads": hidden // 32,
            "sliding_window": 512,
            "sliding_window_pattern": 4,
        },
        "state space": {**MAMBA, **wide, "hidden_size": hidden // 2, "intermediate_size": hidden},
    }


def first_token(engine: Engine, messages: list[Message]) -> tuple[float, Answer]:
    """Seconds from the request to its first step frame, and the whole answer."""
    started = time.perf_counter()
    engine.send(generate_frame("r", messages=messages, sampling={"max_tokens": 8}))
    frames = engine.until(lambda f: f["type"] in ("step", "finished"))
    elapsed = time.perf_counter() - started
    if frames[-1]["type"] != "finished":
        frames += engine.until(lambda f: f["type"] == "finished")
    return elapsed, Answer("r", frames)


def measure(engine: Engine, tokens: int, rounds: int) -> dict[str, list[tuple[float, Answer]]]:
    found: dict[str, list[tuple[float, Answer]]] = {}
    each = engine.reply({"type": "count", "id": "n", "messages": [], "text": SENTENCE})["text_tokens"]
    for turn in range(rounds):
        system = {"role": "system", "content": f"Round {turn}. " + SENTENCE * (tokens // each)}
        asked = [system, {"role": "user", "content": "What do you answer?"}]
        cold = first_token(engine, asked)
        found.setdefault("cold", []).append(cold)
        said = {"role": "assistant", "content": cold[1].text}
        following = [*asked, said, {"role": "user", "content": "And what else, please?"}]
        found.setdefault("next turn", []).append(first_token(engine, following))
        found.setdefault("same again", []).append(first_token(engine, asked))
        other = [system, {"role": "user", "content": "Is there a list of numbers?"}]
        found.setdefault("other question", []).append(first_token(engine, other))
    return found


def report(name: str, found: dict[str, list[tuple[float, Answer]]]) -> None:
    cold = statistics.median(seconds for seconds, _ in found["cold"])
    for way, answers in found.items():
        seconds = statistics.median(seconds for seconds, _ in answers)
        usage = answers[-1][1].finished["usage"]
        print(
            f"{name:15} {way:15} {seconds * 1000:9.1f} ms {seconds / cold:7.1%}"
            f"   {usage['cached_tokens']} of {usage['prompt_tokens']} tokens reused"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--tokens", type=int, default=8192)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--hidden", type=int, default=256)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        for name, config in models(options.hidden).items():
            path = make_model(Path(folder) / name.replace(" ", "-"), config)
            with Engine() as engine:
                loaded = engine.load(path)
                if loaded["type"] != "loaded":
                    raise SystemExit(loaded["error"]["message"])
                engine.generate(content="Warm up.")
                report(name, measure(engine, options.tokens, options.rounds))


if __name__ == "__main__":
    main()
