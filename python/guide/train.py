"""Trains one of the two models; README.md has the commands.

On Linux start it with OpenBLAS preloaded (`LD_PRELOAD=.runtime/lib/libmlxcode_openblas.so`): without it
matrix products are about thirty times slower.
"""

import argparse
import json
import math
import os
import shutil
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from random import Random

import mlx.core as mx
import mlx.nn as nn
import mlx.optimizers as optim
from mlx.utils import tree_flatten
from mlx_lm.models.qwen2 import Model, ModelArgs
from tokenizers import Tokenizer

from guide.train_tokenizer import CONTEXT

END, START = "<|im_end|>", "<|im_start|>"


@dataclass(frozen=True)
class Recipe:
    """The shape of a model and how it is trained; head_dim is 32 and half as many heads hold keys."""

    hidden: int
    layers: int
    intermediate: int
    rate: float


RECIPES = {
    "guide": Recipe(hidden=192, layers=4, intermediate=512, rate=3e-3),
    "guide-small": Recipe(hidden=128, layers=4, intermediate=384, rate=4e-3),
}
LONGEST = 2048
WEIGHT_DECAY = 0.05
WARM_UP = 100


def config(recipe: Recipe, tokenizer: Tokenizer) -> dict[str, object]:
    """Return config.json of a Qwen2 model with tied embeddings."""
    heads = recipe.hidden // 32
    return {
        "architectures": ["Qwen2ForCausalLM"],
        "model_type": "qwen2",
        "hidden_size": recipe.hidden,
        "num_hidden_layers": recipe.layers,
        "intermediate_size": recipe.intermediate,
        "num_attention_heads": heads,
        "num_key_value_heads": heads // 2,
        "head_dim": 32,
        "hidden_act": "silu",
        "rms_norm_eps": 1e-6,
        "rope_theta": 10000.0,
        "max_position_embeddings": CONTEXT,
        "vocab_size": tokenizer.get_vocab_size(),
        "tie_word_embeddings": True,
        "bos_token_id": None,
        "eos_token_id": [tokenizer.token_to_id(END), tokenizer.token_to_id("<|endoftext|>")],
        "torch_dtype": "float16",
    }


def encode(line: str, tokenizer: Tokenizer) -> tuple[list[int], list[bool]]:
    """Turn a conversation into token ids and, for each, whether it is learned."""
    conversation = json.loads(line)
    ids: list[int] = []
    learned: list[bool] = []

    def add(text: str, kept: int = 0) -> None:
        tokens = tokenizer.encode(text, add_special_tokens=False).ids
        end = len(tokens) if kept < 0 else kept
        ids.extend(tokens if kept <= 0 else tokens[:end])
        learned.extend(index < end for index in range(len(tokens if kept <= 0 else tokens[:end])))

    if conversation["system"]:
        add(f"{START}system\n{conversation['system']}{END}\n")
    for question, answer, kept in conversation["turns"]:
        add(f"{START}user\n{question}{END}\n{START}assistant\n")
        add(answer + END if kept < 0 else answer, kept)
        add("\n" if kept < 0 else f"{END}\n")
    return ids[:LONGEST], learned[:LONGEST]


@dataclass
class Batch:
    """Inputs (rows x length), and for each learned token its place in the flat inputs and its id."""

    inputs: mx.array
    places: mx.array
    targets: mx.array


def batches(corpus: Path, tokenizer: Tokenizer, seed: int, size: int) -> Iterator[Batch]:
    """Yield batches of about `size` tokens, rows of like length together, in a seeded order."""
    rng = Random(seed)
    encoded = [encode(line, tokenizer) for line in corpus.read_text(encoding="utf-8").splitlines()]
    for start in range(0, len(encoded), 2048):
        pool = sorted(encoded[start : start + 2048], key=lambda pair: len(pair[0]))
        groups: list[list[tuple[list[int], list[bool]]]] = [[]]
        for pair in pool:
            if groups[-1] and len(pair[0]) * (len(groups[-1]) + 1) > size:
                groups.append([])
            groups[-1].append(pair)
        rng.shuffle(groups)
        yield from map(pack, groups)


def pack(rows: list[tuple[list[int], list[bool]]]) -> Batch:
    width = max(len(ids) for ids, _ in rows) - 1
    inputs, places, targets = [], [], []
    for row, (ids, learned) in enumerate(rows):
        inputs.append(ids[:-1] + [0] * (width - len(ids) + 1))
        for place, token in enumerate(ids[1:]):
            if learned[place + 1]:
                places.append(row * width + place)
                targets.append(token)
    return Batch(mx.array(inputs), mx.array(places), mx.array(targets))


def loss_of(model: Model, batch: Batch) -> mx.array:
    """Return the mean cross entropy of the learned tokens; only their logits are computed."""
    hidden = model.model(batch.inputs)
    hidden = hidden.reshape(-1, hidden.shape[-1])[batch.places]
    logits = model.model.embed_tokens.as_linear(hidden)
    return nn.losses.cross_entropy(logits, batch.targets, reduction="mean")


def rate_at(step: int, steps: int, peak: float) -> float:
    """Return the learning rate: a warm-up, then half a cosine down to 2 % of the peak."""
    if step < WARM_UP:
        return peak * (step + 1) / WARM_UP
    done = (step - WARM_UP) / max(1, steps - WARM_UP)
    return peak * (0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * min(1.0, done))))


def train(recipe: Recipe, tokenizer: Tokenizer, options: argparse.Namespace) -> Model:
    """Train for one pass over the corpus, printing the loss every hundred steps."""
    mx.random.seed(options.seed)
    model = Model(ModelArgs.from_dict(config(recipe, tokenizer)))
    mx.eval(model.parameters())
    optimizer = optim.AdamW(learning_rate=recipe.rate, betas=[0.9, 0.98], weight_decay=WEIGHT_DECAY)
    step_of = nn.value_and_grad(model, loss_of)
    all_batches = list(batches(options.corpus, tokenizer, options.seed, options.batch_tokens))
    started, mean = time.time(), 0.0
    for step, batch in enumerate(all_batches):
        optimizer.learning_rate = rate_at(step, len(all_batches), recipe.rate)
        loss, gradients = step_of(model, batch)
        gradients, _ = optim.clip_grad_norm(gradients, 1.0)
        optimizer.update(model, gradients)
        mx.eval(model.parameters(), optimizer.state)
        mean = loss.item() if step == 0 else 0.98 * mean + 0.02 * loss.item()
        if step % 100 == 0 or step + 1 == len(all_batches):
            print(
                f"step {step + 1}/{len(all_batches)} loss {mean:.4f} {time.time() - started:.0f} s",
                flush=True,
            )
    return model


def save(model: Model, recipe: Recipe, tokenizer_folder: Path, out: Path) -> None:
    """Write a directory that mlx_lm.load and AutoTokenizer accept, weights in float16."""
    out.mkdir(parents=True, exist_ok=True)
    tokenizer = Tokenizer.from_file(str(tokenizer_folder / "tokenizer.json"))
    weights = {
        name: value.astype(mx.float16)
        for name, value in tree_flatten(model.parameters())
        if isinstance(value, mx.array)
    }
    mx.save_safetensors(str(out / "model.safetensors"), weights, metadata={"format": "mlx"})
    settings = config(recipe, tokenizer)
    generation = {key: settings[key] for key in ("bos_token_id", "eos_token_id")}
    for name, value in (("config.json", settings), ("generation_config.json", generation)):
        (out / name).write_text(json.dumps(value, indent=2) + "\n", encoding="utf-8")
    for name in ("tokenizer.json", "tokenizer_config.json"):
        if (tokenizer_folder / name).resolve() != (out / name).resolve():
            shutil.copy(tokenizer_folder / name, out / name)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--model", choices=sorted(RECIPES), required=True)
    arguments.add_argument("--corpus", type=Path, required=True)
    arguments.add_argument("--tokenizer", type=Path, required=True)
    arguments.add_argument("--out", type=Path, required=True)
    arguments.add_argument("--seed", type=int, default=7)
    arguments.add_argument("--batch-tokens", type=int, default=1024)
    options = arguments.parse_args()
    if sys.platform == "linux" and "openblas" not in os.environ.get("LD_PRELOAD", ""):
        print("OpenBLAS is not preloaded: training will take many hours (see README.md).", file=sys.stderr)
    recipe = RECIPES[options.model]
    print(json.dumps(asdict(recipe)))
    tokenizer = Tokenizer.from_file(str(options.tokenizer / "tokenizer.json"))
    save(train(recipe, tokenizer, options), recipe, options.tokenizer, options.out)


if __name__ == "__main__":
    main()
