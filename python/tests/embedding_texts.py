"""Texts whose vectors are compared: prose, code, other scripts, nothing, and more than a model takes."""

TEXTS = [
    "How do I reverse a list in Python?",
    "What is the way to turn a Python list around?",
    "The weather in Köln is rainy today.",
    "x",
    "",
    "   \n\t ",
    "A much longer text about compilers, parsers and interpreters. " * 8,
    "def reverse(items: list[int]) -> list[int]:\n    return items[::-1]\n",
    "export const isAlive = (pid: number): boolean => {\n  try {\n    process.kill(pid, 0);\n"
    "    return true;\n  } catch {\n    return false;\n  }\n};\n",
    "SELECT name, count(*) FROM files WHERE size > 1024 GROUP BY name ORDER BY 2 DESC;",
    "你好世界。这是一个测试。 Привет, мир! مرحبا بالعالم 🙂🙃",
    "camelCaseIdentifier snake_case_identifier SCREAMING_CASE kebab-case-name",
    "{}[]();:,.<>!@#$%^&*-+=|\\/~`'\"",
    "word " * 2000,
]
