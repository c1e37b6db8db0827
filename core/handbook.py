"""规则手册 as a workbook for institutions: what is checked, on what ground, and how a record is mended (articles 2, 7).

Classified checks are named, not explained by example. Must not know what was found.
"""

import io

import xlsxwriter

from core import exporting
from core.desk import Desk
from core.exporting import Format
from core.record import COLUMNS
from core.rules import RULES, Example, Rule
from core.ruleset import in_force
from core.settings import THRESHOLDS, UNITS
from core.vocabulary import Duty, FindingClass

HEADINGS: tuple[tuple[str, int], ...] = (
    ("规则", 8), ("类别", 20), ("检查内容", 52), ("Check", 52), ("字段", 22), ("依据", 12), ("处理方式", 28), ("参数", 34),
    ("通过示例", 34), ("不通过示例", 34),
)
"""Columns of the handbook with their widths."""


def workbook(desk: Desk) -> bytes:
    """The checks in force today as an XLSX file for institutions, one line each; its second sheet says which version.

    It is noted who took it.
    """
    desk.require(Duty.READ)
    today = desk.now().date()
    present = in_force(desk.db, today)
    content = io.BytesIO()
    with xlsxwriter.Workbook(content, {"in_memory": True, "strings_to_formulas": False}) as book:
        wrapped = {"text_wrap": True, "valign": "top", "num_format": "@", "font_name": "Microsoft YaHei", "font_size": 10}
        text, head = book.add_format(wrapped), book.add_format(wrapped | {"bold": True, "bg_color": "#E8EEF5", "bottom": 1})
        sheet = book.add_worksheet("检查规则")
        sheet.freeze_panes(1, 1)
        for place, (heading, width) in enumerate(HEADINGS):
            sheet.set_column(place, place, width, text)
            sheet.write_string(0, place, heading, head)
        on = [rule for rule in RULES.values() if rule.code not in present.settings.off]
        for row, rule in enumerate(on, start=1):
            for place, cell in enumerate(_cells(rule, {key: present.settings[key] for key in rule.thresholds})):
                sheet.write_string(row, place, cell, text)
        sheet.autofilter(0, 0, len(on), len(HEADINGS) - 1)
        about = book.add_worksheet("说明")
        about.set_column(0, 0, 16, text)
        about.set_column(1, 1, 80, text)
        told = (
            ("规则版本", f"{present.version}（{present.fingerprint}）"), ("生效日期", f"{present.effective_on:%Y-%m-%d}"),
            ("导出日期", f"{today:%Y-%m-%d}"), ("规则数", str(len(on))),
            ("用法", "报送前可对照自查；暂不提供查询的记录按“处理方式”更正、撤销或书面说明。"),
        )
        for row, (key, value) in enumerate(told):
            about.write_string(row, 0, key, head)
            about.write_string(row, 1, value, text)
    exporting.note(desk, "rulebook", f"规则手册第{present.version}版", Format.XLSX, len(on))
    return content.getvalue()


def _cells(rule: Rule, thresholds: dict[str, int]) -> tuple[str, ...]:
    fields = "、".join(COLUMNS[group.split("|")[0]].zh for group in rule.fields)
    told = "；".join(f"{THRESHOLDS[key].zh}：{value}{UNITS[THRESHOLDS[key].unit][0]}" for key, value in thresholds.items())
    secret = rule.cls is FindingClass.CLASSIFIED
    return (
        rule.code, rule.cls.zh, rule.zh, rule.en, fields, rule.article,
        "；".join(remedy.zh for remedy in rule.remedies) or "按保密渠道答复", told,
        "" if secret else _example(rule.passes), "" if secret else _example(rule.fails),
    )


def _example(examples: tuple[Example, ...]) -> str:
    told = next((example for example in examples if example and all(code in COLUMNS for code in example)), {})
    return "；".join(f"{COLUMNS[code].zh}：{value or '（空）'}" for code, value in told.items())
