"""Writes the training conversations: `python -m guide.build_corpus --out FILE --turns N --seed S`."""

import argparse
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random

from guide.augment import vary
from guide.corpus import (
    FOLDER,
    REFUSAL,
    Foreign,
    Topic,
    foreign_question,
    lines_of,
    normalise,
    read_evaluation,
    read_foreign,
    read_topics,
)
from guide.grammar import parse, sample

FOREIGN_SHARE = 0.3
NATURAL = 1.4
# Most answers are learned by their opening only: which answer is due is decided there, and the rest of a
# canonical answer needs far fewer repetitions than the many ways of asking for it.
WHOLE_SHARE = 0.12
WHOLE_SHARE_LONG = 0.06
LONG_ANSWER = 1500


@dataclass
class Turn:
    """A question with its answer; `kept` answer tokens are learned, -1 all and the end, 0 none."""

    question: str
    answer: str
    kept: int


@dataclass
class Conversation:
    """A system prompt or none, then turns."""

    system: str | None
    turns: list[Turn]

    def to_json(self) -> str:
        turns = [[turn.question, turn.answer, turn.kept] for turn in self.turns]
        return json.dumps({"system": self.system, "turns": turns}, ensure_ascii=False)


class Writer:
    """Writes conversations, without any question of the evaluation sets."""

    def __init__(self, seed: int) -> None:
        self.rng = Random(seed)
        self.foreign: Foreign = read_foreign()
        topics = {topic.name: topic for topic in read_topics()}
        self.refusal = topics.pop(REFUSAL).answer
        self.topics: list[Topic] = list(topics.values())
        self.systems = [parse(line) for line in lines_of(FOLDER / "foreign" / "system-prompts.txt")]
        sets = read_evaluation("held-out") + read_evaluation("development")
        self.excluded = {normalise(question) for _, question in sets}

    def question(self) -> tuple[str, str]:
        """Return a question and its canonical answer."""
        while True:
            if self.rng.random() < FOREIGN_SHARE:
                room, answer = "foreign", self.refusal
                text = foreign_question(self.foreign, self.rng)
            else:
                topic = self.rng.choice(self.topics)
                room, answer = topic.room, topic.answer
                text = sample(self.rng.choice(topic.questions), self.rng, NATURAL)
            question = vary(text, room, self.rng)
            if normalise(question) not in self.excluded:
                return question, answer

    def turn(self) -> Turn:
        question, answer = self.question()
        draw = self.rng.random()
        if draw < 0.03:
            other = self.rng.choice(self.topics).answer
            words = " ".join(self.rng.choices(self.foreign.words, k=self.rng.randint(5, 60)))
            return Turn(question, self.rng.choice([other[:300], words]), 0)
        share = WHOLE_SHARE_LONG if len(answer) > LONG_ANSWER else WHOLE_SHARE
        whole = len(answer) < 120 or self.rng.random() < share
        return Turn(question, answer, -1 if whole else self.rng.randint(6, 11))

    def conversation(self) -> Conversation:
        draw = self.rng.random()
        if draw < 0.7:
            count = 1
        elif draw < 0.93:
            count = self.rng.randint(2, 4)
        elif draw < 0.997:
            count = self.rng.randint(5, 8)
        else:
            count = self.rng.randint(9, 30)
        system = sample(self.rng.choice(self.systems), self.rng) if self.rng.random() < 0.25 else None
        turns = [self.turn() for _ in range(count)]
        return Conversation(system, turns)


def conversations(turns: int, seed: int) -> Iterator[Conversation]:
    """Yield conversations until they hold the given number of turns."""
    writer = Writer(seed)
    written = 0
    while written < turns:
        conversation = writer.conversation()
        written += len(conversation.turns)
        yield conversation


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--out", type=Path, required=True)
    arguments.add_argument("--turns", type=int, default=150_000)
    arguments.add_argument("--seed", type=int, default=7)
    options = arguments.parse_args()
    with options.out.open("w", encoding="utf-8") as file:
        for conversation in conversations(options.turns, options.seed):
            file.write(conversation.to_json() + "\n")


if __name__ == "__main__":
    main()
