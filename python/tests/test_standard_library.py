"""The corpus to measure code search with."""

import ast
import json
import subprocess
import sys
from pathlib import Path

from measure.standard_library import blanked, question

SOURCE = '''\
"""About the module."""

TABLE = """
one
"""


def add(first, second):
    """Return the sum of two numbers.

    It is exact.
    """
    total = first
    total += second
    print("a 'short' string stays", "größe")
    return total


def doctest(value):
    """Double it, as in >>> doctest(2) and so on."""
    value = value
    value = value
    value = value
    return value * 2


def short(value):
    """Return the value as it is."""
    return value
'''


def test_strings_of_three_quotes_are_gone_and_lines_stay():
    lines = blanked(SOURCE, ast.parse(SOURCE))
    assert len(lines) == len(SOURCE.split("\n"))
    text = "\n".join(lines)
    assert "sum of two" not in text
    assert "one" not in text.replace("exact", "")
    assert "a 'short' string stays" in text
    assert lines[7] == "def add(first, second):"


def test_a_question_is_the_first_paragraph_of_a_function_that_does_something():
    tree = ast.parse(SOURCE)
    lines = blanked(SOURCE, tree)
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    assert {node.name: question(node, lines) for node in functions} == {
        "add": "Return the sum of two numbers.",
        "doctest": None,
        "short": None,
    }


def test_a_share_of_the_library_gives_questions_whose_functions_are_where_they_say(tmp_path: Path):
    script = Path(__file__).parents[1] / "measure" / "standard_library.py"
    queries = tmp_path / "queries.json"
    subprocess.run(
        [sys.executable, "-I", script, tmp_path / "library", queries, "0.2"], check=True, timeout=120
    )
    made = json.loads(queries.read_text("utf-8"))
    assert made["functions"] > 1_500
    assert len(made["queries"]) > 200
    for query in made["queries"][::9]:
        lines = (tmp_path / "library" / query["path"]).read_text("utf-8").split("\n")
        assert "def " in lines[query["line"] - 1]
        assert query["text"][:40] not in "\n".join(lines)
