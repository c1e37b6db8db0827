"""答复: what an institution may answer to one row fed back, what came along with the file, and what became of each row (article 7).

Must not know files or the store.
"""

from dataclasses import dataclass
from datetime import date

from core.attachments import Scan
from core.errors import CentreError
from core.receipt import Receipt
from core.vocabulary import CorrectionReason, Remedy, Word

EMPTIED = "清空"
"""Stands in an answer for a field that is to be left empty; an empty answer is no answer."""


class Action(Word):
    """What is chosen in the column 处理 of a feedback workbook."""

    CHANGE = "change", "信息变更", "Change"
    WITHDRAW = "withdraw", "撤销备案", "Withdrawal"
    SUPPLY_PHOTO = "supply_photo", "照片补报", "Photo supplied"
    REPLACE_PHOTO = "replace_photo", "照片更正", "Photo replaced"
    EXPLAIN = "explain", "书面说明", "Explanation"

    @property
    def remedy(self) -> Remedy:
        """The remedy it is, which the check must allow."""
        return Remedy.PHOTO if "photo" in self.value else Remedy(self.value)


class Reception(Word):
    """What became of one row (收件结果)."""

    TAKEN = "taken", "已收下", "Taken"
    REFUSED = "refused", "未收", "Refused"
    REPEATED = "repeated", "此前已收", "Taken before"
    BLANK = "blank", "未答复", "Not answered"


class Source(Word):
    """What kind of file was handed in (来件种类)."""

    FEEDBACK = "feedback", "反馈表", "Feedback workbook"
    FILING = "filing", "更正文件", "Correction file"


@dataclass(frozen=True)
class Handed:
    """What came along with a file: who at the institution answers, why what is changed is changed, the proof of it; and of
    the written explanation its number, date, the day it was copied to the province, and its scan."""

    requester: str
    reason: CorrectionReason
    evidence: tuple[Scan, ...] = ()
    number: str = ""
    dated: date | None = None
    copied_on: date | None = None
    paper: Scan | None = None


@dataclass(frozen=True)
class Told:
    """What became of a row, in both languages."""

    outcome: Reception
    zh: str
    en: str

    @classmethod
    def refused(cls, why: CentreError) -> "Told":
        """A row that was not taken, and why."""
        return cls(Reception.REFUSED, why.zh, why.en)

    @classmethod
    def of(cls, receipt: Receipt) -> "Told":
        """A row by the receipt of what was asked for with it."""
        return cls(Reception.TAKEN if receipt.taken else Reception.REFUSED, receipt.zh, receipt.en)


BLANK = Told(Reception.BLANK, "未选择处理方式，视为未答复。", "No action was chosen: not answered.")
REPEATED = Told(
    Reception.REPEATED, "相同的答复此前已收下，正在办理，没有重复收。", "The same answer was taken before and is in hand; nothing was doubled."
)


@dataclass(frozen=True)
class Answer:
    """An answer that may stand: of which row, about which finding of which version of a record."""

    row: int
    record_id: int
    version: int
    rule: str
    field: str
    action: Action
    new_value: str
    note: str

    @property
    def said(self) -> tuple[str, ...]:
        """What was answered, to be held against another answer."""
        return self.action, self.new_value, self.note
