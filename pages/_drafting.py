"""Parts of 接收报送: what the file is, what its sender declares of it, and reading it through before it is stored."""

from dataclasses import replace
from datetime import date

import polars as pl
import streamlit as st

from core import admission, dryrun, inspection, ruleset, versions
from core.attachments import Scan
from core.deadlines import FIRST_TERM, Term, term_of
from core.declaration import Declared, Grounds, Resolution
from core.desk import Desk
from core.reading import ENCODINGS, Reading
from core.record import LAYOUTS
from core.suggestion import Suggestion
from core.vocabulary import Category
from pages import _filters, _scans, _supplements, _uploader, _uploads
from pages._uploads import Upload
from pages._words import _, language, listed, plain, say


def overrides() -> tuple[str | None, str | None]:
    """Encoding and layout chosen by hand; None leaves them to the file's content."""
    encodings = {"": _("自动识别")} | {name: name for name in ENCODINGS}
    layouts = {"": _("自动识别")} | {key: say(layout) for key, layout in LAYOUTS.items()}
    first, second = st.columns(2)
    encoding = first.selectbox(_("编码"), list(encodings), key="load.encoding", format_func=encodings.get)
    layout = second.selectbox(_("表头格式"), list(layouts), key="load.layout", format_func=layouts.get)
    return encoding or None, layout or None


def photos(present: Desk, upload: Upload) -> None:
    """The zip of photos that came along, if one did, and whose its photos are once that is known."""
    _uploads.ask_photos(present, upload)
    if upload.photos and _uploader.here(_("电子照片压缩包"), upload.photos, key="load.photos.drop"):
        _uploads.drop_photos(upload)
        st.rerun()
    st.caption(_("照片依次按所报照片文件名、证件号码、证书编号、学号对应到记录。"))
    if upload.draft and upload.draft.photos:
        told = upload.draft.photos
        st.caption(
            _("照片：{matched:,} 条记录有照片，{unmatched:,} 张对应不上记录，{ambiguous:,} 张对应多人。").format(
                matched=told.pairs.height, unmatched=told.unmatched, ambiguous=told.ambiguous
            )
        )


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
    register = institutions(present)
    known = terms(present)
    categories = {str(each): say(each) for each in Category}
    institution = st.selectbox(
        _("学位授予单位"),
        list(register),
        _place(register, suggestion.institution),
        register.get,
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
        list(known),
        _place(known, suggestion.term and suggestion.term.code),
        known.get,
        key=f"load.term.{file_id}",
        placeholder=_("请选择"),
    )
    supplement = second.checkbox(
        _("补报"), key=f"load.supplement.{file_id}", help=_("错过报送时间、征得省级同意后补送的批次。")
    )
    total = first.number_input(
        _("申报总数（选填）"), 0, None, None, 1, key=f"load.total.{file_id}", help=_("填写后，与文件记录数不符的不予接收。")
    )
    grounds = _supplements.declare(present, file_id) if supplement else Grounds()
    resolution = _resolution(present, file_id)
    if None in (institution, category, term):
        st.info(_("请补全报送单位、类别和学期，再预检。"))
        return None
    told = Declared(Term.parse(term), institution, Category(category), supplement, resolution, total, grounds=grounds)
    again = _again(present, told, file_id)
    if again is None:
        st.info(_("该单位本学期已报送过这一类别，请选择是新版本还是另一份。"))
        return None
    st.caption(_("以上按文件内容预填，请核对。"))
    return replace(told, replaces=again or None)


def _again(present: Desk, told: Declared, file_id: str) -> int | None:
    """The filing this file is a new version of; 0 when it is a file of its own, None while that is not said."""
    standing = versions.standing(
        present, term=told.term.code, institution=told.institution, category=str(told.category), supplement=told.supplement
    )
    if standing.is_empty():
        return 0
    label = _("新版本，代替批次 {filing_id}（第 {version} 版，{records:,} 条，{received_at:%m-%d %H:%M}）")
    offered = {line["filing_id"]: label.format(**line) for line in standing.iter_rows(named=True)} | {0: _("另一份，与已有批次并存")}
    return st.selectbox(
        _("与已有批次的关系"), list(offered), None, offered.get, key=f"load.replaces.{file_id}.{told.term.code}",
        placeholder=_("请选择"),
    )  # fmt: skip


def _resolution(present: Desk, file_id: str) -> Resolution:
    """What the sender tells of the resolution, if anything; what is not told is not judged."""
    attached = {None: _("未说明"), True: _("已附"), False: _("未附")}
    with st.expander(_("学位授予决议（选填）"), key=f"load.resolution.{file_id}"):
        st.caption(_("填写后，按决议核对授予日期和人数；未填的不判。"))
        first, second = st.columns(2)
        number = first.text_input(_("决议文号"), key=f"load.resolution.number.{file_id}")
        day = second.date_input(
            _("决议日期"), None, date(2008, 9, 1), present.now().date(), key=f"load.resolution.day.{file_id}",
            format="YYYY-MM-DD",
        )  # fmt: skip
        names = first.number_input(_("名单人数"), 0, None, None, 1, key=f"load.resolution.listed.{file_id}")
        told = second.selectbox(
            _("决议扫描件"), list(attached), key=f"load.resolution.scan.{file_id}", format_func=attached.get
        )
        scan = _scans.ask(_("上传决议扫描件（PDF或JPG）"), key=f"load.resolution.file.{file_id}")
    return Resolution(number.strip() or None, day, names, True if scan else told)


def resolution_scan(present: Desk, file_id: str) -> tuple[Scan, ...]:
    """The uploaded scan of the resolution, put into the store; none when none was uploaded."""
    scan = _scans.keep(present, st.session_state.get(f"load.resolution.file.{file_id}"))
    return (scan,) if scan else ()


def check(present: Desk, upload: Upload, declared: Declared, encoding: str | None, layout: str | None) -> None:
    """Read the file through without storing anything, telling how far it has come."""
    source = upload.look(encoding, layout)[0]
    with st.status(_("正在预检…")) as progress:
        upload.draft = admission.preview(
            present, source, declared,
            progress=lambda rows: progress.update(label=_("已检查 {rows:,} 行…").format(rows=rows)),
            photos=upload.photos_path,
        )  # fmt: skip
        upload.drafted = declared, encoding, layout
        checked = inspection.foreseen(present, upload.draft, replaces=declared.replaces)
        upload.dry = dryrun.of_file(present, upload.draft, checked, upload.file.name)
        progress.update(label=_("预检完成，共 {rows:,} 行。").format(rows=upload.draft.records), state="complete")


def institutions(present: Desk) -> dict[str, str]:
    """Every institution of the register by its code, as it is chosen on the screens."""
    known = ruleset.in_force(present.db, present.now().date()).reference
    register = known.table("institutions").unique("code", keep="last").sort("code")
    shown = pl.coalesce("name_en", "name") if language() == "en" else pl.col("name")
    return dict(register.select("code", pl.format("{} {}", "code", shown).alias("label")).iter_rows())


def terms(present: Desk) -> dict[str, str]:
    """The semesters that may be filed for, the latest first, by code."""
    term, codes = term_of(present.now().date()), []
    while term >= FIRST_TERM:
        codes.append(term.code)
        term = term.previous()
    return _filters.names_of(codes)


def _place(options: object, wanted: object) -> int | None:
    listed = list(options)
    return listed.index(wanted) if wanted in listed else None
