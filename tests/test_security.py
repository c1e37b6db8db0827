"""SECURITY.md: the table of requirements names tests that exist, and no requirement twice."""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
TEXT = (ROOT / "SECURITY.md").read_text()
LINES = [line.strip("|").split("|") for line in TEXT.splitlines() if re.match(r"\| \d", line)]
FILES = dict(re.findall(r"\b([A-Z]{1,2}) = `(tests/[\w/]+\.py)`", TEXT))


def test_every_test_named_is_there():
    named = [(letter, name) for line in LINES for letter, names in re.findall(r"\b([A-Z]{1,2})((?:,? `test_\w+`)+)", line[-1])
             for name in re.findall(r"test_\w+", names)]  # fmt: skip
    there = {
        letter: {node.name for node in ast.walk(ast.parse((ROOT / path).read_text())) if isinstance(node, ast.FunctionDef)}
        for letter, path in FILES.items()
    }

    assert len(named) > 60
    assert [(letter, name) for letter, name in named if name not in there.get(letter, ())] == []
    assert sorted(FILES) == sorted({letter for letter, _ in named})
    assert [line[-1] for line in LINES if len(re.findall(r"`test_\w+`", line[-1])) != len(re.findall(r"test_\w+", line[-1]))] == []


def test_a_line_without_a_test_says_what_is_there_instead():
    untested = [line for line in LINES if "test_" not in line[-1]]

    assert [line for line in untested if line[-1].strip() != "–"] == []
    assert [line for line in untested if len(line[-2].strip()) < 20] == []


def test_no_requirement_is_told_twice():
    told = [number for line in LINES for number in re.findall(r"\d+\.\d+\.\d+", line[0])]

    assert len(told) > 120
    assert sorted({number for number in told if told.count(number) > 1}) == []
