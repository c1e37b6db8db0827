"""Weaknesses that programs find: in our own code by bandit, and in the packages we use by a table of known ones."""

import ast
import io
import json
import re
import subprocess
import sys
import zipfile
from importlib.metadata import distributions
from pathlib import Path

import pytest
import xlsxwriter

from core.errors import UnreadableFiling
from core.reading.formulas import formulas
from tests import advisories

ROOT = Path(__file__).parents[1]
LOOKED_AT = ("core", "pages", "dashboard.py", "bench")
OF_THE_MACHINE = {"pip", "setuptools", "wheel"}
"""What puts packages into place comes with the machine's Python; nothing of the app asks for it."""
STATEMENTS = {
    "core/apart.py": {"query_apart"}, "core/at_rest.py": {"read", "batches", "close", "rewrite"},
    "core/content.py": {"of"}, "core/ledger.py": {"move", "open_cases", "begin_chain"}, "core/database.py": {"append"},
    "core/public_package.py": {"_delta", "_content"}, "core/publication_run.py": {"_publish"}, "core/revision.py": {"_note_version"},
    "core/sessions.py": {"note_try"}, "core/settlement.py": {"_withdraw"},
}
"""Where a statement is put together while the program runs. Each was looked at: what goes into its text are names of tables and
columns, parts of statements that stand in our own code, and where in the store a file of ours is, quoted; what
people type goes in as parameters. All others are put together when their module is imported."""


def bandit(*asked: str) -> subprocess.CompletedProcess[str]:
    """Look through our own code."""
    command = [sys.executable, "-m", "bandit", "-q", "-r", *LOOKED_AT, *asked]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def test_bandit_finds_nothing_in_our_code_and_no_silence_is_without_need():
    told = bandit("-c", "pyproject.toml")

    assert (told.returncode, told.stdout, told.stderr) == (0, "", "")


def test_every_silenced_finding_says_which_and_why():
    lines = [
        line for name in LOOKED_AT for path in sorted([ROOT / name] if name.endswith(".py") else (ROOT / name).rglob("*.py"))
        for line in path.read_text().splitlines() if "# nosec" in line
    ]

    assert len(lines) < 20
    assert [line for line in lines if not re.search(r"  # nosec B\d{3}  # \w.{8,}$", line)] == []


def test_no_statement_is_put_together_from_what_people_type():
    found: dict[str, set[str]] = {}
    for each in json.loads(bandit("-t", "B608", "-f", "json").stdout)["results"]:
        for node in ast.walk(ast.parse((ROOT / each["filename"]).read_text())):
            if isinstance(node, ast.FunctionDef) and node.lineno <= each["line_number"] <= node.end_lineno:
                found.setdefault(each["filename"], set()).add(node.name)

    assert found == STATEMENTS


def test_no_package_we_use_has_a_known_weakness():
    pinned = {
        match for name in ("requirements.txt", "tests/requirements.txt")
        for match in re.findall(r"^([\w.-]+)(?:\[\w+\])?==(\S+)", (ROOT / name).read_text(), re.MULTILINE)
    }
    installed = {(each.metadata["Name"], each.version) for each in distributions()}
    assert len(pinned) > 20

    weak = {
        f"{name} {version}": told for name, version in pinned | installed
        if advisories.plain(name) not in OF_THE_MACHINE and (told := advisories.of(name, version))
    }
    assert weak == {}


@pytest.mark.parametrize(("package", "version", "advisory"), [
    ("Jinja2", "2.11.2", ["PYSEC-2021-66"]), ("jinja2", "2.11.3", []), ("streamlit", "1.11.0", ["PYSEC-2022-248"]),
    ("Pillow", "9.0.0", ["PYSEC-2022-168", "PYSEC-2022-42979", "PYSEC-2023-175", "PYSEC-2023-227"]),
])
def test_a_version_with_a_known_weakness_is_found(package, version, advisory):
    assert advisories.of(package, version) == advisory
    assert advisories.newest() >= "2024-10-08"


def test_a_workbook_whose_parts_have_a_dtd_is_refused(tmp_path):
    content = io.BytesIO()
    with xlsxwriter.Workbook(content) as book:
        book.add_worksheet("表").write_formula(0, 0, "=1+1")
    sound, spoilt = tmp_path / "sound.xlsx", tmp_path / "spoilt.xlsx"
    sound.write_bytes(content.getvalue())
    with zipfile.ZipFile(sound) as old, zipfile.ZipFile(spoilt, "w") as new:
        for name in old.namelist():
            part = old.read(name)
            if name == "xl/workbook.xml":
                part = part.replace(b"?>", b'?><!DOCTYPE w [<!ENTITY x "y">]>', 1)
            new.writestr(name, part)

    assert formulas(sound, "表") == {(1, 0)}
    with pytest.raises(UnreadableFiling):
        formulas(spoilt, "表")
