import ast
import re
from pathlib import Path

from babel.messages.pofile import read_po

from pages._words import CATALOGUE
from tests.pages.conftest import ROOT


def sources() -> list[Path]:
    return [ROOT / "dashboard.py", *sorted((ROOT / "pages").glob("*.py"))]


def said() -> set[str]:
    """Every sentence the screens hand to gettext."""
    calls = [node for path in sources() for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call)]
    marked = [call for call in calls if isinstance(call.func, ast.Name) and call.func.id == "_"]
    assert all(isinstance(call.args[0], ast.Constant) for call in marked), "gettext needs the sentence itself"
    return {call.args[0].value for call in marked}


def catalogue() -> dict[str, str]:
    with CATALOGUE.open("rb") as source:
        return {message.id: message.string for message in read_po(source, locale="en") if message.id}


def test_every_sentence_of_the_screens_has_its_english():
    english = catalogue()

    assert {sentence for sentence in said() if not english.get(sentence)} == set()


def test_the_catalogue_keeps_no_sentence_that_is_gone():
    assert set(catalogue()) - said() == set()


def test_both_languages_fill_in_the_same_things():
    for chinese, english in catalogue().items():
        assert sorted(re.findall(r"\{[^}]*\}", chinese)) == sorted(re.findall(r"\{[^}]*\}", english)), chinese


def test_no_chinese_escapes_the_catalogue():
    """Any other Chinese in a screen's code is a docstring, a name of a file, or the app's own name."""
    allowed = {"学位证书信息管理", "中文", "中文 / English", "、"}
    for path in sources():
        tree = ast.parse(path.read_text())
        marked = {id(call.args[0]) for call in ast.walk(tree)
                  if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "_"}  # fmt: skip
        docs = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
        stray = [
            node.value for node in ast.walk(tree)
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in marked | docs
            and re.search("[\u4e00-\u9fff]", node.value) and node.value not in allowed
            and not node.value.startswith(("反馈_", "管理办法", "第", "通知"))
        ]  # fmt: skip
        assert stray == [], path.name
