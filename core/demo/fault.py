"""What a fault of a record is (错误样例): what it changes, where it can be, and which checks it must set off.

Must not know which faults there are.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum

import polars as pl

from core.demo.plan import CATEGORIES, Filing
from core.vocabulary import Category, Level

AT_HOME = tuple(each for each in CATEGORIES if each is not Category.BACHELOR_INTERNATIONAL)
FOREIGN = (Category.BACHELOR_INTERNATIONAL,)
DOCTORS = tuple(each for each in AT_HOME if each.level is Level.DOCTOR)
EQUIVALENT = (Category.MASTER_EQUIVALENT, Category.DOCTOR_EQUIVALENT)
ACADEMIC = (Category.DOCTOR, Category.MASTER, *EQUIVALENT)
GRADUATES = tuple(each for each in AT_HOME if each.level is not Level.BACHELOR)
STUDENTS = tuple(each for each in GRADUATES if each not in EQUIVALENT)
"""Graduates who study at the institution."""
BACHELORS = tuple(each for each in AT_HOME if each.level is Level.BACHELOR)
REGULAR = (Category.BACHELOR,)
ADULT = (Category.BACHELOR_ADULT,)


class Origin(Enum):
    """Where the record lies from which a fault copies cells: in the same filing, in an earlier one of the institution,
    semester and level, in an earlier one of master's degrees, or at another institution."""

    WITHIN = "within"
    EARLIER = "earlier"
    MASTERS = "masters"
    ELSEWHERE = "elsewhere"


class Register(Enum):
    """The register that tells of a faulty record, and by what: student number, certificate number or person."""

    SECRET_STUDENT = "secret student"  # nosec B105  # a word, no password
    SECRET_NUMBER = "secret number"  # nosec B105  # a word, no password
    REVOKED_NUMBER = "revoked number"
    REVOKED_PERSON = "revoked person"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True)
class Fault:
    """One way a record can be wrong, in filings of some categories that carry the columns it needs.

    `facts` bend what the record is, `cells` what it says, `after` what it says when all is copied; `copies` are the
    cells taken from a record of `origin`. `rules` are all checks it sets off, those also in `notes` only as notes, and
    `lender` those the record copied from sets off too. An `early` one is conferred before its filing's resolution.
    `register` names the record; `once` allows one such record to an institution and level; `fits` chooses filings.
    """

    rules: tuple[str, ...]
    categories: tuple[Category, ...] = AT_HOME
    needs: tuple[str, ...] = ()
    facts: dict[str, pl.Expr] = field(default_factory=dict)
    cells: dict[str, pl.Expr] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    copies: tuple[str, ...] = ()
    origin: Origin | None = None
    after: dict[str, pl.Expr] = field(default_factory=dict)
    lender: tuple[str, ...] = ()
    early: bool = False
    register: Register | None = None
    once: bool = False
    fits: Callable[[Filing], bool] = lambda filing: True

    def found(self, filing: Filing) -> tuple[str, ...]:
        """The checks it sets off in a filing: an early one before a resolution that is told is P20 too."""
        return (*self.rules, "P20") if self.early and filing.resolved_on else self.rules


def fault(
    rules: str, categories: tuple[Category, ...] = AT_HOME, *, needs: str = "", notes: str = "",
    facts: dict[str, pl.Expr] | None = None, **more: object,
) -> Fault:
    """A fault from plain words: rules, columns and notes parted by spaces; capitals are cells, text or expression."""
    cells = {
        code: value if isinstance(value, pl.Expr) else pl.lit(value, pl.String)
        for code, value in more.items() if code.isupper()
    }
    rest = {name: value for name, value in more.items() if not name.isupper()}
    return Fault(
        tuple(rules.split()), categories, tuple(needs.split()), facts or {}, cells, tuple(notes.split()), **rest
    )


def life_in(year: int) -> dict[str, pl.Expr]:
    """A whole life moved back so that the degree comes on 27 June, in 2008, 2014, 2018 and 2022 a working day."""
    back = pl.col("conferred").dt.year() - year
    moved = {
        name: pl.date(pl.col(name).dt.year() - back, pl.col(name).dt.month(), 1) for name in ("entered", "prior", "language")
    }
    return {
        **moved,
        "born": pl.date(pl.col("born").dt.year() - back, pl.col("born").dt.month(), 15),
        "graduated": pl.date(year, 6, 1),
        "conferred": pl.date(year, 6, 27),
    }


def studying(major: str, name: str, degree: str, *, level: bool = True) -> dict[str, pl.Expr]:
    """The facts of someone who studies this; `degree` is the two digits after the level's, or with it."""
    digits = pl.col("level") + pl.lit(degree) if level else pl.lit(degree)
    return {"major": pl.lit(major), "major_name": pl.lit(name), "degree": digits}
