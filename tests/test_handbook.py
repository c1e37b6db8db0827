"""The rulebook as a workbook for institutions: every check in force, in words, with nothing that may be secret."""

import fastexcel
import pytest

from core import handbook, revision, ruleset
from core.rules import RULES
from core.ruleset import Proposal
from core.settings import Settings
from core.vocabulary import FindingClass
from tests.builders import a_desk


@pytest.fixture
def sheets(tmp_path):
    desk = a_desk(tmp_path)
    base = ruleset.in_force(desk.db, desk.now().date())
    proposal = Proposal(base, Settings.of(["A51"], {"age_entry": 15}))
    revision.commit(desk, proposal, effective_on=desk.now().date(), reason="试。")
    path = tmp_path / "handbook.xlsx"
    path.write_bytes(handbook.workbook(desk))
    book = fastexcel.read_excel(path)
    return [book.load_sheet(place, dtypes="string").to_polars() for place in (0, 1)]


def test_it_lists_every_check_in_force_and_none_that_is_switched_off(sheets):
    assert sheets[0]["规则"].to_list() == [code for code in RULES if code != "A51"]


def test_it_tells_thresholds_as_they_are_set(sheets):
    told = dict(sheets[0].select("规则", "参数").iter_rows())

    assert told["A41"] == "入学年龄最低：15岁/年"


def test_it_says_which_version_it_is_and_since_when(sheets):
    about = {sheets[1].columns[0]: sheets[1].columns[1]} | dict(sheets[1].iter_rows())

    assert about["规则版本"].startswith("2（")
    assert about["生效日期"] == "2025-09-15"


def test_classified_checks_are_named_without_examples(sheets):
    secret = sheets[0].filter(sheets[0]["类别"] == FindingClass.CLASSIFIED.zh)

    assert secret.height >= 2
    assert set(secret["通过示例"]) | set(secret["不通过示例"]) == {""}
