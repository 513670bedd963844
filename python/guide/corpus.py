"""Reads what we wrote: topics with their questions and answers, foreign questions, evaluation sets."""

import re
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from random import Random

from guide.grammar import Choice, expand, parse, read_macros, sample

FOLDER = Path(__file__).parent
REFUSAL = "refusal"
# Share of foreign questions whose subject is an invented word, so that no list of subjects decides.
UNKNOWN_SHARE = 0.12
ONSETS = [*"bcdfghjklmnprstvwz", "ch", "sh", "th", "st", "br", "cl", "dr", "gr", "pl", "tr"]
VOWELS = [*"aeiou", "ai", "ea", "oo", "ou"]
CODAS = ["", "", "", *"nrsltmdk", "ng", "nd", "st", "ck"]
SUBJECT = re.compile("\x01(.*?)\x02")


@dataclass
class Topic:
    """One thing that the guide knows: how people ask for it, and the one right answer."""

    name: str
    room: str
    answer: str
    patterns: list[str] = field(default_factory=list)

    @cached_property
    def questions(self) -> list[Choice]:
        return [parse(pattern) for pattern in self.patterns]


@dataclass
class Foreign:
    """Forms of questions that the guide declines, with their weights, and plain lines."""

    forms: list[Choice]
    weights: list[float]
    other_languages: list[str]
    words: list[str]


def lines_of(path: Path) -> list[str]:
    """Return the lines of a file that are neither empty nor comments."""
    lines = (line.strip() for line in path.read_text(encoding="utf-8").splitlines())
    return [line for line in lines if line and not line.startswith("#")]


def read_topics() -> list[Topic]:
    """Read topics/*.md: `=== name`, question patterns after `? `, `---`, then the answer."""
    macros = read_macros((FOLDER / "topics" / "macros.txt").read_text(encoding="utf-8"))
    topics = []
    for path in sorted((FOLDER / "topics").glob("*.md")):
        for section in re.split(r"^=== ", path.read_text(encoding="utf-8"), flags=re.M)[1:]:
            head, _, answer = section.partition("\n---\n")
            name, *asked = head.splitlines()
            patterns = [expand(line.removeprefix("? "), macros) for line in asked if line.startswith("? ")]
            topics.append(Topic(name.strip(), path.stem, answer.strip(), patterns))
    return topics


def read_foreign() -> Foreign:
    """Read foreign/: a subject of a form stands between two marks until it is sampled."""
    folder = FOLDER / "foreign"
    macros = read_macros((FOLDER / "topics" / "macros.txt").read_text(encoding="utf-8"))
    for line in lines_of(folder / "subjects.txt"):
        kind, _, subjects = line.partition(": ")
        macros[kind] = "\x01(" + subjects.replace(", ", "|") + ")\x02"
    weighted = [line.split(" | ", 1) for line in lines_of(folder / "forms.txt")]
    return Foreign(
        forms=[parse(expand(form, macros)) for _, form in weighted],
        weights=[float(weight) for weight, _ in weighted],
        other_languages=lines_of(folder / "other-languages.txt"),
        words=" ".join(lines_of(folder / "words.txt")).split(),
    )


def invented_word(rng: Random) -> str:
    """Return a word that nobody wrote, as every word outside our lists is to the model."""
    syllables = (
        rng.choice(ONSETS) + rng.choice(VOWELS) + rng.choice(CODAS) for _ in range(rng.randint(1, 3))
    )
    return "".join(syllables)


def foreign_question(foreign: Foreign, rng: Random) -> str:
    """Write one foreign question; @ in a form says where its subject goes, % is an invented word."""
    kind = rng.random()
    if kind < 0.03:
        return rng.choice(foreign.other_languages)
    if kind < 0.07:
        return " ".join(rng.choices(foreign.words, k=rng.randint(1, 7)))
    if kind < 0.09:
        letters = "abcdefghijklmnopqrstuvwxyz"
        return " ".join("".join(rng.choices(letters, k=rng.randint(2, 9))) for _ in range(rng.randint(1, 5)))
    text = sample(rng.choices(foreign.forms, foreign.weights)[0], rng)
    if rng.random() < UNKNOWN_SHARE:
        text = SUBJECT.sub("%", text)
    subject = SUBJECT.search(text)
    if "@" in text and subject:
        text = text.replace(subject[0], "", 1).replace("@", subject[1])
    while "%" in text:
        text = text.replace("%", invented_word(rng), 1)
    return re.sub(r" +", " ", SUBJECT.sub(r"\1", text)).strip()


def read_evaluation(name: str) -> list[tuple[str, str]]:
    """Read evaluation/<name>-*.txt as (topic, question) pairs, the foreign ones under `refusal`."""
    folder = FOLDER / "evaluation"
    pairs = [line.split(" | ", 1) for line in lines_of(folder / f"{name}-paraphrases.txt")]
    foreign = lines_of(folder / f"{name}-foreign.txt")
    return [(topic, question) for topic, question in pairs] + [(REFUSAL, question) for question in foreign]


def normalise(text: str) -> str:
    """Return the words of a question alone: lower case, no punctuation, single spaces."""
    return " ".join(re.findall(r"\w+", text.lower()))
