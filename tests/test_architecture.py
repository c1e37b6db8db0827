"""What reviewers forget: imports point down, one door to the store, one clock, short modules with words on them."""

import ast
import re
from pathlib import Path

import pytest

import core
from core import analysis

ROOT = Path(__file__).parents[1]
CORE = sorted((ROOT / "core").rglob("*.py"))
PAGES = [*sorted((ROOT / "pages").rglob("*.py")), ROOT / "dashboard.py"]
LONGEST = 250
LEVELS = {
    name.strip("/ "): int(level)
    for level, names in re.findall(r"^Level (\d+)  (.+?)(?:  .*)?$", core.__doc__, re.MULTILINE)
    for name in names.split(", ")
}


def _id(path):
    return str(path.relative_to(ROOT))


def _tree(path):
    return ast.parse(path.read_text(encoding="utf-8"))


def _unit(path):
    """The module or package directly below core that a file belongs to."""
    return path.relative_to(ROOT / "core").parts[0].removesuffix(".py")


def _imports(path):
    """Every dotted name a file imports, anywhere in it."""
    for node in ast.walk(_tree(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{_id(path)}: write imports in full"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _literals(path):
    """Every string in a file that is not a docstring, f-strings with their gaps as {}."""
    tree = _tree(path)
    words = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef) and ast.get_docstring(node)
    }
    parts = {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in node.values}
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            yield "".join(part.value if isinstance(part, ast.Constant) else "{}" for part in node.values)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in words | parts:
            yield node.value


def test_the_map_of_levels_names_every_module_once():
    units = {_unit(path) for path in CORE} - {"__init__"}
    named = [name for _, names in re.findall(r"^Level (\d+)  (.+?)(?:  .*)?$", core.__doc__, re.MULTILINE)
             for name in names.split(", ")]

    assert set(LEVELS) == units
    assert len(named) == len(LEVELS)


@pytest.mark.parametrize("path", [path for path in CORE if path.name != "__init__.py" or path.parent.name != "core"], ids=_id)
def test_imports_point_downwards(path):
    here = _unit(path)
    used = {name.split(".")[1] for name in _imports(path) if name.startswith("core.")} - {here}

    assert [name for name in used if LEVELS[name] >= LEVELS[here]] == []


@pytest.mark.parametrize("path", CORE, ids=_id)
def test_the_core_knows_no_screen(path):
    roots = {name.split(".")[0] for name in _imports(path)}

    assert not roots & {"streamlit", "plotly", "pages", "dashboard", "tests"}


@pytest.mark.parametrize("path", [*CORE, *PAGES], ids=_id)
def test_the_engine_is_known_at_the_door_under_the_key_and_in_the_box_apart_alone(path):
    knows = any(name.split(".")[0] == "duckdb" for name in _imports(path))

    assert knows == (_id(path) in ("core/database.py", "core/at_rest.py", "core/apart.py"))


@pytest.mark.parametrize("path", PAGES, ids=_id)
def test_pages_hold_no_sql_and_open_no_store(path):
    """Samples for the box of one's own questions may stand in a page: they ask its de-identified tables alone."""
    statement = re.compile(r"\b(SELECT\s.*\sFROM|INSERT\s+INTO|UPDATE\s+\w+\s+SET|DELETE\s+FROM|CREATE\s+TABLE)\b", re.DOTALL)
    written = [text for text in _literals(path) if statement.search(text)]
    asked = {table for text in written for table in re.findall(r"\b(?:FROM|JOIN|INTO|UPDATE|TABLE)\s+(\w+)", text)}
    calls = {ast.unparse(node.func) for node in ast.walk(_tree(path)) if isinstance(node, ast.Call)}

    assert all(text.startswith("SELECT") for text in written)
    assert asked <= set(analysis.TABLES)
    assert not [call for call in calls if call.endswith((".db.frame", ".db.one", ".db.transaction"))]


@pytest.mark.parametrize("path", [*CORE, *PAGES], ids=_id)
def test_there_is_one_clock(path):
    asked = {ast.unparse(node) for node in ast.walk(_tree(path)) if isinstance(node, ast.Attribute)}
    clocks = re.compile(r"(datetime\.)?(datetime|date)\.(now|today|utcnow)|time\.(time|time_ns|localtime|gmtime)")

    assert {name for name in asked if clocks.fullmatch(name)} == ({"datetime.now"} if _id(path) == "core/desk.py" else set())


@pytest.mark.parametrize("path", CORE, ids=_id)
def test_statuses_and_acts_are_written_in_the_ledger_alone(path):
    writes = [
        text for text in _literals(path)
        if re.search(r"INSERT\s+INTO\s+(filing|record|withheld_case|nil_return|correction|publication_run|act|act_link)\b", text)
        or re.search(r"UPDATE\s[^;]*?\bSET\b(?:(?!\bFROM\b|\bWHERE\b).)*\bstatus\s*=", text, re.DOTALL)
        or re.search(r"(UPDATE|DELETE\s+FROM)\s+act(_link)?\b", text)
    ]
    appended = [
        ast.unparse(node) for node in ast.walk(_tree(path))
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith(".append") and len(node.args) == 2
        and ast.unparse(node.args[0]).strip("'\"") in (
            "filing", "record", "withheld_case", "nil_return", "correction", "publication_run", "act", "act_link")
    ]

    assert bool(writes) == bool(appended) == (path.name == "ledger.py")


@pytest.mark.parametrize("path", CORE, ids=_id)
def test_the_book_of_acts_is_only_ever_added_to(path):
    assert [text for text in _literals(path) if re.search(r"(UPDATE\s+act|DELETE\s+FROM\s+act)(_link)?\b", text)] == []


@pytest.mark.parametrize("path", [*CORE, *PAGES], ids=_id)
def test_modules_are_short(path):
    assert len(path.read_text(encoding="utf-8").splitlines()) <= LONGEST


@pytest.mark.parametrize("path", CORE, ids=_id)
def test_every_module_opens_with_a_word_on_itself(path):
    assert (ast.get_docstring(_tree(path)) or "").split("\n")[0].strip()


def _public(node, inside=""):
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.FunctionDef | ast.ClassDef) and not child.name.startswith("_"):
            yield f"{inside}{child.name}", child
            if isinstance(child, ast.ClassDef):
                yield from _public(child, f"{child.name}.")


@pytest.mark.parametrize("path", CORE, ids=_id)
def test_every_public_function_has_its_sentence_and_its_types(path):
    silent, untyped = [], []
    for name, node in _public(_tree(path)):
        if not ast.get_docstring(node):
            silent.append(name)
        if isinstance(node, ast.FunctionDef):
            arguments = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
            if node.returns is None or any(each.annotation is None for each in arguments if each.arg not in ("self", "cls")):
                untyped.append(name)

    assert (silent, untyped) == ([], [])


@pytest.mark.parametrize("path", [*CORE, *PAGES], ids=_id)
def test_no_error_is_swallowed(path):
    """A job's thread has nobody above it to tell: there alone a fault of ours ends, in the log and in the job's row."""
    broad = [
        ast.unparse(node.type) if node.type else "bare" for node in ast.walk(_tree(path))
        if isinstance(node, ast.ExceptHandler)
        and (node.type is None or ast.unparse(node.type) == "Exception"
             or (ast.unparse(node.type) == "BaseException" and not isinstance(node.body[-1], ast.Raise)))
    ]

    assert broad == (["Exception"] if _id(path) == "core/jobrunner.py" else [])


@pytest.mark.parametrize("name", ["requirements.txt", "tests/requirements.txt"])
def test_requirements_are_pinned_exactly(name):
    lines = [line.split("#")[0].strip() for line in (ROOT / name).read_text().splitlines()]
    wanted = [line for line in lines if line and not line.startswith("-r ")]

    assert wanted
    assert [line for line in wanted if not re.fullmatch(r"[A-Za-z0-9_.\-]+(\[[a-z,]+\])?==[0-9][A-Za-z0-9.]*", line)] == []


@pytest.mark.parametrize("path", [*CORE, *PAGES], ids=_id)
def test_parquet_of_the_store_is_read_and_written_under_its_key_alone(path):
    """What is public, and a backup's list of files, is plain."""
    plain = ("core/at_rest.py", "core/backup.py", "core/package_folder.py", "core/public_package.py")
    knows = {name for name in _imports(path) if name.startswith("pyarrow.parquet")} | {
        ast.unparse(node) for node in ast.walk(_tree(path))
        if isinstance(node, ast.Attribute) and node.attr in ("write_parquet", "read_parquet", "scan_parquet", "read_parquet_schema")
    }

    assert not knows or _id(path) in plain or _id(path).startswith("core/public/")
