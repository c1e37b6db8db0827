"""导出 on the screens: every list and chart has the one control, and the tables' own download is off."""

import ast
import tomllib

import pytest

from tests.pages.conftest import ROOT, Open

DRAWN = {"_tables.show", "_tables.choose", "_charts.show"} | {
    f"st.{each}" for each in ("dataframe", "data_editor", "table", "plotly_chart", "altair_chart", "vega_lite_chart", "bar_chart",
                              "line_chart", "area_chart", "scatter_chart", "map", "pydeck_chart", "graphviz_chart")
}  # fmt: skip
"""What draws a list or a chart by itself. `_export.table` and `_export.ticked` draw one with 导出 below it."""
ELSEWHERE = {
    "_tables.show": "what all tables are drawn by", "_tables.choose": "the same with boxes", "_charts.show": "what charts are drawn by",
    "_sheet.table": "offered by balance.py below it", "_cuts._chart": "offered by _cuts.cut, whose figures it draws",
    "_certificate.certificate": "one record", "_certificate.checks": "one record", "_certificate.filed_fields": "one record",
    "lookup": "one certificate", "_past._looked_up": "one certificate", "_filing._head": "the head of one filing",
    "_correcting._differences": "one correction", "_supplementing.ask": "a form that is filled in",
    "_staff.sessions": "where one person is signed in",
    "_directory._history": "what was done to one institution's contacts; the book of acts has all",
    "_rule._parameters": "one check; the handbook has all", "_rule._leans_on": "one check; the handbook has all",
    "_rule._examples": "one check; the handbook has all",
    "_package._inside": "a package not yet filed", "_package._totals": "a package not yet filed",
    "_dry._findings": "a file not filed; all that was found is handed out above it, stamped so",
    "_delivery._preview": "the workbook itself is handed out above it, and noted as fetched",
}
"""Where something is drawn without 导出 in the same function, and why."""
FILES = {
    "_export": "notes every file", "calendar": "days for an office calendar: no list of the store's", "_scans": "a scan, kept as it came",
    "_explanation": "a scan, kept as it came", "_correcting": "a scan, kept as it came", "_revoked": "a scan, kept as it came",
    "_downloads": "noted as fetched, in the book of acts", "_package": "an empty form", "_dry": "of a file not filed",
    "_answering": "noted by core", "_ladder": "noted by core", "expected": "noted by core", "rulebook": "noted by core",
    "_keeping": "noted as it is made",
}
"""Every module with a file to take away, and where that is noted."""


def drawing() -> dict[str, tuple[set[str], bool]]:
    """Of each function of the screens (or module, of what stands outside any): what it draws, and whether it offers 导出."""
    found: dict[str, tuple[set[str], bool]] = {}
    for path in sorted((ROOT / "pages").glob("*.py")):
        for node in ast.parse(path.read_text()).body:
            name = f"{path.stem}.{node.name}" if isinstance(node, ast.FunctionDef | ast.ClassDef) else path.stem
            called = [ast.unparse(each.func) for each in ast.walk(node) if isinstance(each, ast.Call)]
            drawn, offered = found.get(name, (set(), False))
            found[name] = drawn | (set(called) & DRAWN), offered or "_export.offer" in called
    return {name: (drawn, offered) for name, (drawn, offered) in found.items() if drawn}


def test_every_list_and_chart_is_offered_as_a_file_or_it_is_said_why_not():
    without = {name for name, (_drawn, offered) in drawing().items() if not offered and not name.startswith("_export.")}

    assert without == set(ELSEWHERE)


def calls() -> dict[str, list[ast.Call]]:
    """Of each module of the screens, the files it hands out."""
    found: dict[str, list[ast.Call]] = {}
    for path in sorted((ROOT / "pages").glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in ("_downloads.hand", "hand", "_scans.hand_out"):
                found.setdefault(path.stem, []).append(node)
    return found


def test_every_file_a_screen_hands_out_is_noted_or_it_is_said_why_not():
    assert set(calls()) == set(FILES)


def test_every_file_a_screen_hands_out_is_marked_with_who_and_when_at_one_place():
    """A new download button of its own, or a form said to be blank without its reason here, fails."""
    bare = {
        path.stem for path in [*(ROOT / "pages").glob("*.py"), ROOT / "dashboard.py"]
        for each in ast.walk(ast.parse(path.read_text()))
        if isinstance(each, ast.Attribute) and each.attr in ("download_button", "link_button")
    }
    blank = {name for name, found in calls().items() if any(each.arg == "blank" for call in found for each in call.keywords)}

    assert bare == {"_downloads"}
    assert blank == {"calendar", "_package"}  # days for an office calendar; an empty form


LISTS = {
    "balance": 2, "filings": 2, "queue": 4, "expected": 2, "rates": 2, "overview": 4, "jobs": 0, "review": 2, "publish": 2,
    "takedown": 0, "feedback": 2, "corrections": 2, "explanations": 2, "calendar": 4, "codes": 2, "rulebook": 2, "revision": 2,
}
"""Screens with the files each offers at least, a CSV and a workbook of each list."""


@pytest.mark.parametrize("name", LISTS)
def test_a_list_or_chart_can_be_taken_as_csv_and_as_a_workbook(open_screen: Open, name: str):
    app = open_screen(name, "keeper" if name == "revision" else "operator")

    offered = [element.proto.label for element in app.get("download_button") if element.proto.label in ("CSV", "Excel")]
    assert offered == ["CSV", "Excel"] * (len(offered) // 2)
    assert len(offered) >= LISTS[name]
    assert not app.exception


def test_the_administrator_takes_the_list_of_accounts(open_screen: Open):
    offered = open_screen("people", "administrator").get("download_button")

    assert [element.proto.label for element in offered] == ["CSV", "Excel"]


def test_whoever_may_not_analyse_is_not_offered_a_charts_figures(open_screen: Open):
    assert len(open_screen("overview", "analyst").get("download_button")) == 2


def test_the_tables_own_download_which_nobody_would_note_is_off():
    told = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text())

    assert told["client"]["disableDataExport"] is True
