"""Parts of 接收报送: what the file is, what its sender declares of it, and what a draft shows before it is stored."""

import polars as pl
import streamlit as st

from core import inspection, intake, reference
from core.checking import Checked
from core.deadlines import Term, term_of
from core.desk import Desk
from core.draft import Draft
from core.intake import FIRST_TERM, Declared
from core.reading import ENCODINGS, Reading
from core.record import COLUMNS, LAYOUTS
from core.rules import RULES
from core.suggestion import Suggestion
from core.vocabulary import Category, FindingClass
from pages import _filing, _filters, _tables
from pages._uploads import Upload
from pages._words import _, in_colour, language, listed, plain, say


def overrides() -> tuple[str | None, str | None]:
    """Encoding and layout chosen by hand; None leaves them to the file's content."""
    encodings = {"": _("自动识别")} | {name: name for name in ENCODINGS}
    layouts = {"": _("自动识别")} | {key: say(layout) for key, layout in LAYOUTS.items()}
    first, second = st.columns(2)
    encoding = first.selectbox(_("编码"), list(encodings), key="load.encoding", format_func=encodings.get)
    layout = second.selectbox(_("表头格式"), list(layouts), key="load.layout", format_func=layouts.get)
    return encoding or None, layout or None


def detected(source: Reading) -> None:
    """What the file turned out to be."""
    layout = LAYOUTS.get(source.layout)
    st.markdown(
        _("识别结果：**{format}**，编码 **{encoding}**，**{layout}**，{n} 列。").format(
            format=source.format.upper(),
            encoding=source.encoding or "—",
            layout=say(layout) if layout else source.layout,
            n=len(source.columns),
        )
    )
    if source.ignored:
        st.warning(_("以下表头不认识，不读取：{names}。").format(names=plain(listed(source.ignored))))


def declare(present: Desk, suggestion: Suggestion, file_id: str) -> Declared | None:
    """What the sender declares, filled in as the file suggests and confirmed by the operator; None until complete."""
    institutions = _institutions()
    terms = _terms(present)
    categories = {str(each): say(each) for each in Category}
    institution = st.selectbox(
        _("学位授予单位"),
        list(institutions),
        _place(institutions, suggestion.institution),
        institutions.get,
        key=f"load.institution.{file_id}",
        placeholder=_("输入代码或名称查找"),
    )
    category = st.selectbox(
        _("报送类别"),
        list(categories),
        _place(categories, suggestion.category),
        categories.get,
        key=f"load.category.{file_id}",
        placeholder=_("请选择"),
    )
    first, second = st.columns([2, 1], vertical_alignment="bottom")
    term = first.selectbox(
        _("学期"),
        list(terms),
        _place(terms, suggestion.term and suggestion.term.code),
        terms.get,
        key=f"load.term.{file_id}",
        placeholder=_("请选择"),
    )
    supplement = second.checkbox(
        _("补报"), key=f"load.supplement.{file_id}", help=_("错过报送时间、征得省级同意后补送的批次。")
    )
    if None in (institution, category, term):
        st.info(_("请补全报送单位、类别和学期，再预检。"))
        return None
    st.caption(_("以上按文件内容预填，请核对。"))
    return Declared(Term.parse(term), institution, Category(category), supplement)


def check(present: Desk, upload: Upload, declared: Declared, encoding: str | None, layout: str | None) -> None:
    """Read the file through without storing anything, telling how far it has come."""
    source = upload.look(encoding, layout)[0]
    with st.status(_("正在预检…")) as progress:
        upload.draft = intake.preview(
            present, source, declared,
            progress=lambda rows: progress.update(label=_("已检查 {rows:,} 行…").format(rows=rows)),
        )  # fmt: skip
        upload.drafted = declared, encoding, layout
        upload.checked = inspection.foreseen(present, upload.draft)
        progress.update(label=_("预检完成，共 {rows:,} 行。").format(rows=upload.draft.records), state="complete")


def findings(present: Desk, draft: Draft, checked: Checked) -> None:
    """What the checks found: counts by class and rule, sample rows, and what could not be judged."""
    counts = inspection.draft_counts(draft, checked)
    labels = {"records": _("记录"), "withheld": _("暂不提供"), "excluded": _("不属查询范围"), "findings": _("问题数")}
    for place, (name, label) in zip(st.columns(4), labels.items(), strict=True):
        place.metric(label, f"{counts[name]:,}", border=True)
    left, right = st.columns([2, 3])
    with left:
        classes = in_colour(inspection.draft_classes(checked), **{"class": FindingClass})
        _tables.show(
            classes,
            {
                "class": _tables.status(_("问题类别"), FindingClass),
                "records": _tables.count(_("记录")),
                "findings": _tables.count(_("问题数")),
            },
            key="load.classes",
        )
    with right:
        _filing.rules(inspection.draft_rules(present, checked), key="load.rules")
    sample = inspection.draft_sample(present, checked)
    if sample.height:
        st.subheader(_("问题示例（前 {n} 个）").format(n=sample.height), anchor=False)
        told = in_colour(sample, **{"class": FindingClass}).with_columns(
            sentence=pl.col("rule").replace_strict({code: say(rule) for code, rule in RULES.items()}),
            field=pl.col("field").replace_strict({code: say(column) for code, column in COLUMNS.items()}),
        )
        _tables.show(
            told,
            {
                "row": _tables.number(_("原文件行号"), width=90),
                "class": _tables.status(_("问题类别"), FindingClass),
                "rule": _tables.text(_("规则"), width=50),
                "sentence": _tables.text(_("问题"), width=380),
                "field": _tables.text(_("字段"), width=130),
                "value": _tables.text(_("报送内容")),
            },
            key="load.sample",
        )


def _institutions() -> dict[str, str]:
    register = reference.load().table("institutions").unique("code", keep="last").sort("code")
    shown = pl.coalesce("name_en", "name") if language() == "en" else pl.col("name")
    return dict(register.select("code", pl.format("{} {}", "code", shown).alias("label")).iter_rows())


def _terms(present: Desk) -> dict[str, str]:
    term, codes = term_of(present.now().date()), []
    while term >= FIRST_TERM:
        codes.append(term.code)
        term = term.previous()
    return _filters.names_of(codes)


def _place(options: object, wanted: object) -> int | None:
    listed = list(options)
    return listed.index(wanted) if wanted in listed else None
