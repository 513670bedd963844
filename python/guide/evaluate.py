"""Measures a model on questions it never saw: `python -m guide.evaluate --model DIR [--set held-out]`.

An answer counts as right when the greedy answer is the canonical one of the question's topic, letter for
letter or with a difflib ratio of at least 0.95. A foreign question is right when the refusal comes.
"""

import argparse
import json
from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import Path

import mlx.core as mx
from mlx_lm import load, stream_generate
from mlx_lm.sample_utils import make_sampler

from guide.corpus import FOLDER, REFUSAL, read_evaluation, read_topics

NEAR = 0.95


@dataclass
class Verdict:
    """One question of a set with what was wanted and what came."""

    wanted: str
    question: str
    answer: str
    right: bool


class Guide:
    """A loaded model, widened to float32, that answers greedily."""

    def __init__(self, folder: Path) -> None:
        self.model, self.tokenizer, *_ = load(str(folder))
        self.model.set_dtype(mx.float32)

    def answer(self, messages: list[dict[str, str]], max_tokens: int = 1200, temperature: float = 0.0) -> str:
        """Return the answer to a conversation of `role` and `content` dicts."""
        prompt = self.tokenizer.apply_chat_template(messages, add_generation_prompt=True)
        sampler = make_sampler(temp=temperature)
        parts = stream_generate(self.model, self.tokenizer, prompt, max_tokens=max_tokens, sampler=sampler)
        return "".join(part.text for part in parts)


def near(answer: str, canonical: str) -> bool:
    """Tell whether an answer is the canonical one, letter for letter or nearly."""
    if answer.strip() == canonical:
        return True
    matcher = SequenceMatcher(None, answer.strip(), canonical, autojunk=False)
    return matcher.quick_ratio() >= NEAR and matcher.ratio() >= NEAR


def evaluate(guide: Guide, name: str, before: list[dict[str, str]]) -> list[Verdict]:
    """Ask every question of a set, each in a conversation of its own after the messages `before`."""
    answers = {topic.name: topic.answer for topic in read_topics()}
    verdicts = []
    for wanted, question in read_evaluation(name):
        answer = guide.answer([*before, {"role": "user", "content": question}])
        verdicts.append(Verdict(wanted, question, answer, near(answer, answers[wanted])))
    return verdicts


def report(verdicts: list[Verdict], show: bool) -> dict[str, str]:
    """Return the two figures; print what went wrong when asked to."""
    answers = {topic.answer: topic.name for topic in read_topics()}
    known = [verdict for verdict in verdicts if verdict.wanted != REFUSAL]
    foreign = [verdict for verdict in verdicts if verdict.wanted == REFUSAL]
    for verdict in verdicts:
        if show and not verdict.right:
            came = answers.get(verdict.answer.strip(), repr(verdict.answer[:70]))
            print(f"  {verdict.wanted}: {verdict.question!r} -> {came}")
    return {
        "paraphrases_right": f"{sum(verdict.right for verdict in known)}/{len(known)}",
        "foreign_refused": f"{sum(verdict.right for verdict in foreign)}/{len(foreign)}",
    }


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--model", type=Path, default=FOLDER / "models" / "guide")
    arguments.add_argument("--set", choices=["held-out", "development"], default="held-out")
    arguments.add_argument("--system", help="a system prompt to put before every question")
    arguments.add_argument("--later-turn", action="store_true", help="ask after two other turns")
    arguments.add_argument("--show", action="store_true", help="print every wrong answer")
    options = arguments.parse_args()
    answers = {topic.name: topic.answer for topic in read_topics()}
    before = [{"role": "system", "content": options.system}] if options.system else []
    if options.later_turn:
        for question, name in (("hello", "hello"), ("show me a table", "table")):
            before.append({"role": "user", "content": question})
            before.append({"role": "assistant", "content": answers[name]})
    verdicts = evaluate(Guide(options.model), options.set, before)
    print(json.dumps({"model": options.model.name, "set": options.set, **report(verdicts, options.show)}))


if __name__ == "__main__":
    main()
