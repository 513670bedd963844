"""The question grammar: patterns with `(a|b)` groups, `{macro}` and `{macro: words}`."""

import re
from dataclasses import dataclass
from random import Random

BRACES = re.compile(r"\{([^{}]*)\}")


@dataclass(frozen=True)
class Choice:
    """One of several sequences of texts and further choices."""

    branches: list[list["str | Choice"]]


def read_macros(text: str) -> dict[str, str]:
    """Read `name = a|b` lines; a macro's alternatives may hold @ for the words given to it."""
    pairs = (line.split(" = ", 1) for line in text.splitlines() if " = " in line and line[0] != "#")
    return {name.strip(): body.strip() for name, body in pairs}


def expand(pattern: str, macros: dict[str, str]) -> str:
    """Replace every macro, innermost first, so that only `(a|b)` groups are left."""

    def replace(match: re.Match[str]) -> str:
        name, _, words = match[1].partition(": ")
        if words:
            body = macros[name].replace("@", f"({words})")
        else:
            body = "|".join(macros[part] for part in name.split("|"))
        return f"({body})"

    while BRACES.search(pattern):
        pattern = BRACES.sub(replace, pattern)
    return pattern


def parse(pattern: str) -> Choice:
    """Parse `a (b|c)` into a Choice.

    Raises ValueError when parentheses do not match.
    """
    stack: list[list[list[str | Choice]]] = [[[]]]
    for piece in re.split(r"([()|])", pattern):
        if piece == "(":
            stack.append([[]])
        elif piece == "|":
            stack[-1].append([])
        elif piece == ")":
            branches = stack.pop()
            if not stack:
                raise ValueError(f"one parenthesis too many in: {pattern}")
            stack[-1][-1].append(Choice(branches))
        elif piece:
            stack[-1][-1].append(piece)
    if len(stack) != 1:
        raise ValueError(f"a parenthesis is not closed in: {pattern}")
    return Choice(stack[0])


def sample(choice: Choice, rng: Random, bias: float = 1.0) -> str:
    """Write one text of the grammar.

    With a bias above 1 the earlier alternatives are likelier: the most natural ones are written first.
    """
    branch = choice.branches[int(len(choice.branches) * rng.random() ** bias)]
    return "".join(part if isinstance(part, str) else sample(part, rng, bias) for part in branch)


def to_regex(choice: Choice) -> str:
    """Return a regular expression that matches exactly the texts of the grammar, spaces loosened."""
    branches = []
    for branch in choice.branches:
        parts = [re.escape(part.lower()) if isinstance(part, str) else to_regex(part) for part in branch]
        branches.append("".join(parts).replace(r"\ ", " *"))
    return f"(?:{'|'.join(branches)})"
