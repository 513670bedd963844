"""mlx_lm's own stream_generate, asked over stdin: what the engine's speed is held against.

    python bench/baseline.py MODEL

Reads one JSON object a line, `{"messages": [...], "max_tokens": n}`, and answers each with
`{"tokens": n, "seconds": s}`: greedy, from the first token to the last. The weights are widened as
the engine widens them.
"""

import json
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from mlx_worker.imports import import_mlx_lm

import_mlx_lm()

from mlx_lm.generate import stream_generate  # noqa: E402

from mlx_worker.host import compile_on_gpu_only  # noqa: E402
from mlx_worker.loader import load_model  # noqa: E402
from mlx_worker.protocol import Load  # noqa: E402


def main() -> None:
    compile_on_gpu_only()
    loaded = load_model(Load("load", sys.argv[1]), lambda *_: None)
    for line in sys.stdin:
        asked = json.loads(line)
        prompt = loaded.tokenizer.apply_chat_template(asked["messages"], add_generation_prompt=True)
        tokens = 0
        first = last = 0.0
        for _ in stream_generate(loaded.model, loaded.tokenizer, prompt, max_tokens=asked["max_tokens"]):
            last = time.perf_counter()
            first = first or last
            tokens += 1
        print(json.dumps({"tokens": tokens, "seconds": last - first}), flush=True)


if __name__ == "__main__":
    main()
