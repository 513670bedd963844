"""Makes a corpus to measure code search with: the library's functions, and what docstrings say.

Run as a program: `python standard_library.py FOLDER QUERIES [SHARE]`. It writes the modules below FOLDER,
tests and installed packages left out, with docstrings and triple-quoted strings blanked and lines kept.
SHARE, from 0 to 1, takes that part of the modules, which only their paths decide. QUERIES is JSON:
`{"python": "3.11.7", "functions": 16539, "queries": [{"text", "path", "line"}]}`.

A query is the first paragraph of a docstring of 4 to 60 words, of a function whose body has at least 4 lines,
that is no doctest and occurs once. `line` counts from 1 and is that of `def`.
"""

import ast
import json
import platform
import re
import sys
import sysconfig
from collections import Counter
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

LEFT_OUT = {"site-packages", "dist-packages", "test", "tests", "idle_test", "__pycache__"}
FEWEST_WORDS, MOST_WORDS, FEWEST_LINES = 4, 60, 4
Function = ast.FunctionDef | ast.AsyncFunctionDef


def main(folder: Path, queries: Path, share: float = 1) -> None:
    library = Path(sysconfig.get_path("stdlib"))
    functions = 0
    asked: list[dict[str, str | int]] = []
    for path in modules(library, share):
        try:
            source = path.read_text("utf-8")
            tree = ast.parse(source)
        except (OSError, SyntaxError, ValueError):
            continue
        relative = path.relative_to(library)
        lines = blanked(source, tree)
        copy = folder / relative
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_text("\n".join(lines), "utf-8")
        for function in (node for node in ast.walk(tree) if isinstance(node, Function)):
            functions += 1
            text = question(function, lines)
            if text is not None:
                asked.append({"text": text, "path": relative.as_posix(), "line": function.lineno})
    times = Counter(query["text"] for query in asked)
    once = [query for query in asked if times[query["text"]] == 1]
    result = {"python": platform.python_version(), "functions": functions, "queries": once}
    queries.write_text(json.dumps(result), "utf-8")


def modules(library: Path, share: float) -> Iterator[Path]:
    """The library's own modules, in a fixed order, without tests."""
    for path in sorted(library.rglob("*.py")):
        relative = path.relative_to(library)
        drawn = int.from_bytes(sha256(relative.as_posix().encode()).digest()[:4]) / 2**32
        if LEFT_OUT.isdisjoint(relative.parts) and not path.name.startswith("test_") and drawn < share:
            yield path


def blanked(source: str, tree: ast.Module) -> list[str]:
    """The source's lines with docstrings and triple-quoted strings as spaces."""
    lines = source.split("\n")
    for node in [*docstrings(tree), *long_strings(tree, lines)]:
        last = node.end_lineno or node.lineno
        for number in range(node.lineno, last + 1):
            # ast counts columns in bytes of UTF-8.
            line = lines[number - 1].encode()
            start = node.col_offset if number == node.lineno else 0
            end = (node.end_col_offset or 0) if number == last else len(line)
            lines[number - 1] = (line[:start] + b" " * (end - start) + line[end:]).decode("utf-8", "replace")
    return lines


def docstrings(tree: ast.Module) -> Iterator[ast.Constant]:
    for node in ast.walk(tree):
        if (
            not isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
            or not node.body
        ):
            continue
        first = node.body[0]
        if (
            isinstance(first, ast.Expr)
            and isinstance(first.value, ast.Constant)
            and isinstance(first.value.value, str)
        ):
            yield first.value


def long_strings(tree: ast.Module, lines: list[str]) -> Iterator[ast.Constant]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            begin = lines[node.lineno - 1].encode()[node.col_offset :][:5].lstrip(b"rRuUbBfF")
            if begin.startswith((b'"""', b"'''")):
                yield node


def question(function: Function, lines: list[str]) -> str | None:
    """What the docstring asks for, if it can be asked. `lines` are blanked."""
    docstring = ast.get_docstring(function)
    if not docstring:
        return None
    text = " ".join(re.split(r"\n\s*\n", docstring.strip())[0].split())
    body = lines[function.body[0].lineno - 1 : function.end_lineno]
    written = sum(1 for line in body if line.strip())
    fits = FEWEST_WORDS <= len(text.split()) <= MOST_WORDS
    return text if fits and written >= FEWEST_LINES and ">>>" not in text else None


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), float(sys.argv[3]) if len(sys.argv) > 3 else 1)
