"""Varies questions as people do: small words around them, synonyms, case, punctuation, typing errors."""

import re
from pathlib import Path
from random import Random

# Words that mean the same inside this app; a question may swap each for another of its group.
SYNONYMS = [
    ("conversation", "chat", "discussion", "dialogue", "conversation"),
    ("answer", "reply", "response"),
    ("answers", "replies", "responses"),
    ("model", "LLM", "language model", "AI model", "AI"),
    ("models", "LLMs", "AIs"),
    ("folder", "directory"),
    ("delete", "remove", "erase", "get rid of"),
    ("memory", "RAM", "ram", "main memory"),
    ("shortcuts", "hotkeys", "key bindings", "keyboard shortcuts"),
    ("shortcut", "hotkey", "key", "key combination"),
    ("download", "fetch", "grab", "get", "pull"),
    ("computer", "machine", "laptop", "PC", "mac", "box", "workstation"),
    ("message", "prompt", "question", "message"),
    ("disk", "drive", "hard drive", "ssd"),
    ("start", "launch", "begin", "run"),
    ("stop", "halt", "end", "cancel"),
    ("show", "display", "print"),
    ("write", "make", "create", "give me"),
    ("function", "method", "routine", "func"),
    ("program", "script", "code"),
    ("example", "sample", "demo"),
    ("happens", "will happen", "goes on", "would happen"),
    ("the tab", "the window", "my browser", "the page"),
    ("text", "string", "word"),
    ("list", "array", "vector"),
    ("files", "documents", "files"),
    ("need", "want", "require"),
    ("tell me", "explain", "say"),
    ("fast", "quick"),
    ("change", "modify", "alter", "adjust", "set"),
    ("find", "locate", "see", "look up"),
    ("use", "work with", "try", "use"),
    ("big", "large", "huge"),
    ("is", "'s", "is"),
    ("I", "we", "i", "one"),
    ("my", "our", "the"),
    ("a", "one", "some", "the"),
]
NEIGHBOURS = dict(zip("qwertyuiopasdfghjklzxcvbnm", "wqretyuoipsadgfhkjlxzvcbmn", strict=True))


def small_talk(mark: str) -> list[str]:
    """Return the small talk of one kind: `<` before, `>` after, `@` after inside the app, `.` a sentence."""
    lines = (Path(__file__).parent / "topics" / "small-talk.txt").read_text(encoding="utf-8").splitlines()
    return [line[2:] for line in lines if line.startswith(f"{mark} ")]


STRAY = (
    (Path(__file__).parent / "foreign" / "words.txt").read_text(encoding="utf-8").split("\n", 1)[1].split()
)
BEFORE, AFTER, IN_APP, CHATTER = map(small_talk, "<>@.")


def follow(text: str, after: str) -> str:
    return text + after if after.startswith(",") else f"{text} {after}"


def swap_synonyms(text: str, rng: Random) -> str:
    """Replace up to two words by others of their group."""
    for group in rng.sample(SYNONYMS, k=len(SYNONYMS) // 2):
        word = rng.choice(group)
        found = re.search(rf"(?<!\w){re.escape(word)}(?!\w)", text)
        if found and word != "'s":
            other = rng.choice(group)
            space = "" if other != "'s" or found.start() == 0 else " "
            text = text[: found.start() - len(space)] + other + text[found.end() :]
    return text


def mistype(text: str, rng: Random) -> str:
    """Make one typing error inside a word of five letters or more."""
    words = [match for match in re.finditer(r"[A-Za-z]{5,}", text)]
    if not words:
        return text
    word = rng.choice(words)
    at = rng.randrange(word.start() + 1, word.end() - 1)
    kind = rng.randrange(4)
    if kind == 0:
        return text[:at] + text[at + 1 :]
    if kind == 1:
        return text[:at] + text[at] + text[at:]
    if kind == 2:
        return text[:at] + text[at + 1] + text[at] + text[at + 2 :]
    return text[:at] + NEIGHBOURS.get(text[at].lower(), text[at]) + text[at + 1 :]


def drop_words(text: str, rng: Random) -> str:
    """Leave out about every eighth word of a longer question, so that no single word decides alone."""
    words = text.split()
    kept = [word for word in words if rng.random() > 0.12]
    return " ".join(kept) if len(words) > 4 and len(kept) > 3 else text


def insert_word(text: str, rng: Random) -> str:
    """Put a word that does not belong there into a longer question."""
    words = text.split()
    if len(words) < 5:
        return text
    words.insert(rng.randrange(1, len(words)), rng.choice(STRAY))
    return " ".join(words)


def surround(text: str, room: str, rng: Random) -> str:
    """Put small talk before or after; talk itself is left alone."""
    if room == "talk" or len(text) < 6:
        return text
    if rng.random() < 0.25:
        text = f"{rng.choice(BEFORE)} {text}"
    if rng.random() < 0.15:
        text = follow(text, rng.choice(AFTER))
    elif room not in ("code", "rendering") and rng.random() < 0.12:
        text = follow(text, rng.choice(IN_APP))
    if rng.random() < 0.06:
        text = f"{rng.choice(CHATTER)} {text}"
    return text


def vary(text: str, room: str, rng: Random) -> str:
    """Return a question as one of many people would type it.

    room is the topic's file name, or `foreign`; it decides which small talk fits.
    """
    text = re.sub(r" +", " ", text).strip()
    if rng.random() < 0.5:
        text = swap_synonyms(text, rng)
    if rng.random() < 0.1:
        text = drop_words(text, rng)
    if rng.random() < 0.06:
        text = insert_word(text, rng)
    text = surround(text, room, rng)
    for chance in (0.12, 0.03):
        if rng.random() < chance:
            text = mistype(text, rng)
    case = rng.random()
    if case < 0.4:
        text = text.lower()
    elif case < 0.75:
        text = text[:1].upper() + text[1:]
    elif case < 0.77:
        text = text.upper()
    if text[-1:] not in "?.!":
        text += rng.choice(["", "", "", "?", "?", "?", ".", "!", " ?", "??", "..."])
    return text
