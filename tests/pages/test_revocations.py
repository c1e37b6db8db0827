"""撤销登记: the two doors, the receipts, the guard and its second person, who is told, as each person sees them."""

import polars as pl
from streamlit.testing.v1 import AppTest

from core.lifecycle import RECORD
from tests.builders import a_desk, a_filing, people
from tests.pages.conftest import Open

PDF = ("决议.pdf", b"%PDF-1.7", "application/pdf")


def field(app: AppTest, kind: str, label: str):
    return next(each for each in getattr(app, kind) if each.label == label)


def button(app: AppTest, label: str):
    return next(each for each in app.button if each.label == label)


def shown(app: AppTest, *columns: str) -> pl.DataFrame:
    return next(pl.from_pandas(each.value) for each in app.dataframe if set(columns) <= set(each.value.columns))


def metric(app: AppTest, label: str) -> str:
    return next(each.value for each in app.metric if each.label == label)


def register(app: AppTest, *numbers: str, door: str = "degree", paper: bool = True) -> AppTest:
    app.radio(key="revocations.door").set_value(door).run()
    field(app, "text_input", "报送单位代码").set_value("80901")
    field(app, "text_input", "申请人").set_value("示例科学研究院学位办")
    if door == "degree":
        field(app, "text_input", "撤销学位决议文号").set_value("示范撤〔2025〕1号")
        if paper:
            app.file_uploader[0].set_value(PDF)
    else:
        field(app, "text_input", "撤销备案理由（必填）").set_value("误报")
    field(app, "text_area", "学位证书编号，每行一个").set_value("\n".join(numbers))
    return button(app, {"degree": "登记撤销学位", "filing": "登记撤销备案"}[door]).click().run()


NUMBERS = [record["XWZSBH"] for record in people(40)]


def test_a_degree_is_revoked_with_a_receipt_a_line_and_listed_with_its_day(open_screen: Open):
    app = register(open_screen("revocations"), NUMBERS[0], "0000")

    assert not app.exception
    assert app.success[0].value.startswith("已登记 1 条")
    assert shown(app, "line", "told")["taken"].to_list() == ["已登记", "未登记"]
    assert (metric(app, "撤销学位"), metric(app, "撤销备案")) == ("1", "0")
    line = shown(app, "revocation_id", "timely").row(0, named=True)
    assert (line["kind"], line["certificate_no"], line["timely"].startswith("按期")) == ("撤销学位", NUMBERS[0], True)


def test_a_filing_is_withdrawn_by_the_other_door_and_counted_apart(open_screen: Open):
    app = register(open_screen("revocations"), NUMBERS[0], door="filing")

    assert (metric(app, "撤销学位"), metric(app, "撤销备案")) == ("0", "1")
    assert shown(app, "revocation_id", "timely").row(0, named=True)["kind"] == "撤销备案"
    assert open_screen("revocations", kind="degree").dataframe[0].value.shape[0] != 1


def test_a_decision_without_its_paper_is_refused_and_the_form_stays(open_screen: Open):
    app = register(open_screen("revocations"), NUMBERS[0], paper=False)

    assert "扫描件" in app.error[0].value
    assert metric(app, "撤销学位") == "0"
    assert field(app, "text_area", "学位证书编号，每行一个").value == NUMBERS[0]


def test_the_record_tells_by_which_door_it_left_and_on_whose_request(open_screen: Open):
    app = register(open_screen("revocations"), NUMBERS[0])
    record_id = str(shown(app, "revocation_id")["record_id"][0])

    told = " ".join(each.value for each in open_screen("record", record_id=record_id).markdown)

    assert "学位已撤销" in told and "示例科学研究院学位办申请" in told and "备案已撤销" not in told


def test_the_overview_counts_degrees_revoked_and_filings_withdrawn_apart(open_screen: Open):
    register(open_screen("revocations"), *NUMBERS[:2])
    register(open_screen("revocations"), NUMBERS[2], door="filing")

    line = shown(open_screen("overview"), "revoked", "withdrawn").row(0, named=True)

    assert (line["revoked"], line["withdrawn"], line["gap"]) == (2, 1, 0)


def test_those_who_receive_no_reports_have_no_form_and_a_province_sees_its_own(open_screen: Open):
    register(open_screen("revocations"), NUMBERS[0])

    for actor, many in (("publisher", "1"), ("province-11", "1"), ("province-35", "0")):
        app = open_screen("revocations", actor)
        assert metric(app, "撤销学位") == many, actor
        assert not app.text_area and not app.file_uploader, actor


def test_who_is_told_is_listed(open_screen: Open):
    register(open_screen("revocations"), NUMBERS[0])
    app = open_screen("revocations")

    told = shown(app, "party", "whom")
    assert set(told["whom"]) == {"示例科学研究院", "北京市"}
    field(app, "text_input", "告知方式（公文文号、电子邮件等）").set_value("公文")
    button(app, "记为已告知").click().run()
    assert app.error[0].value == "请先勾选告知对象。"


def test_what_comes_again_is_listed_as_stopped(home, open_screen: Open):
    register(open_screen("revocations"), NUMBERS[0])
    again = [people(1)[0] | {"LWTM": "信息系统的设计与实现"}]
    _filed(home, again)

    app = open_screen("revocations", "publisher")

    assert metric(app, "复报拦截") == "1"
    line = shown(app, "why", "state").row(0, named=True)
    assert (line["why"], line["state"], line["status"]) == ("学位已撤销", "已拦截", RECORD.word("withheld").zh)


def _filed(home, records):
    """Another filing while the screens are closed."""
    import streamlit as st

    st.cache_resource.clear()
    desk = a_desk(home.parent)
    a_filing(desk, records, name="again.csv")
    desk.db.close()
