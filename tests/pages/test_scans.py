"""扫描件: what a screen hands out of a scan is what was kept, named by what it is for."""

import streamlit as st

from core import attachments, review
from core.desk import Desk
from pages import _scans
from tests.builders import a_filing, people

APPROVAL = b"%PDF-1.7 approval"


def test_each_scan_of_a_filing_is_given_as_it_was_kept_under_what_it_is_for(desk: Desk, monkeypatch):
    filing_id = a_filing(desk, people(1)).filing_id
    review.approve(desk, filing_id, approved_on=desk.now().date(), document="示范〔2025〕9号",
                   scan=attachments.keep(desk.db, APPROVAL, "审核表.pdf"))
    offered = []
    monkeypatch.setattr(st, "download_button", lambda label, made, name, *_, **__: offered.append((label, made(), name)))

    _scans.offer(desk, filing_id)

    assert offered == [("省级审核文件：审核表.pdf", APPROVAL, "审核表.pdf")]
