"""What the reference tables say of a row: whether a table can answer, and which of its lines is in force that day.

Shared by the declarations; every table may be empty or partial. A table's lines are put in order once for each
state of the tables; a row is then looked up by its place among the keys. Must not declare rules.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache, reduce

import polars as pl

from core.reference import Reference
from core.rules._declaration import Context

EVER, NEVER = date.min, date.max
"""First and last day of a line without limits."""

Prepare = Callable[[pl.DataFrame], pl.DataFrame]
Line = Callable[[str], pl.Expr]
_NO = pl.lit(False)
_FEW_SPANS = 4


def key(*parts: pl.Expr | str) -> pl.Expr:
    """Several columns as one key, joined by |; null when one of them is."""
    return pl.concat_str([pl.col(part) if isinstance(part, str) else part for part in parts], separator="|")


@dataclass(frozen=True, eq=False)
class Lines:
    """The lines of a table by key, in layers in each of which a key stands at most once.

    Beside the table's columns a line has `since` and `until`, its first and last day, never null; `place` is that of
    its key among the keys. Look-ups are by `replace_strict`: Polars finds the place once for all of them, which it
    does not for `gather`.
    """

    keys: pl.Series
    layers: tuple[pl.DataFrame, ...]

    def some(self, of: pl.Expr, that: Callable[[Line], pl.Expr]) -> pl.Expr:
        """Whether `that` holds of some line with this key; `that` is given a column of the line by its name."""
        return any_of(*(
            that(lambda name, layer=layer: self._told(of, layer, name)) for layer in self.layers
        ))

    def in_force(self, of: pl.Expr, day: pl.Expr, since: pl.Expr | None = None) -> pl.Expr:
        """Whether a line with this key is in force on that day; with `since`, on some day from then to that day."""
        return self.some(of, lambda line: (line("since") <= day) & (line("until") >= (day if since is None else since)))

    def begun(self, of: pl.Expr, day: pl.Expr) -> pl.Expr:
        """Whether a line with this key has come into force by that day, be it over or not."""
        return self.some(of, lambda line: line("since") <= day)

    def known(self, of: pl.Expr) -> pl.Expr:
        """Whether there is a line with this key."""
        return self._place(of).is_not_null() if self.layers else _NO

    def says(self, of: pl.Expr, name: str) -> pl.Expr:
        """What the latest line with this key says in a column; null when there is none, untyped when there are no lines."""
        return self._told(of, self.layers[0], name) if self.layers else pl.lit(None)

    def usual(self, name: str, read: str) -> pl.Series:
        """What the lines have in a column that is already as it is read, in another."""
        every = [pl.DataFrame(schema={name: pl.String, read: pl.String}), *(each.select(name, read) for each in self.layers)]
        return pl.concat(every).filter(pl.col(name) == pl.col(read))[name].unique(maintain_order=True)

    def _told(self, of: pl.Expr, layer: pl.DataFrame, name: str) -> pl.Expr:
        values = layer[name]
        return self._place(of).replace_strict(layer["place"], values, default=None, return_dtype=values.dtype)

    def _place(self, of: pl.Expr) -> pl.Expr:
        return of.cast(pl.Enum(self.keys), strict=False).to_physical().cast(pl.UInt32)


def lines(context: Context, table: str, columns: tuple[str, ...], prepare: Prepare | None = None) -> Lines:
    """A table's lines by these columns (joined by |); `prepare` may choose and add to them first.

    None when the table is not there. `prepare` has to be a function of a module, so that it is known again.
    """
    return _lines(context.reference, table, columns, prepare)


def any_of(*answers: pl.Expr) -> pl.Expr:
    """Whether one of the answers is yes; never null."""
    told = [answer.fill_null(False) for answer in answers if answer is not _NO]
    return reduce(lambda one, other: one | other, told) if told else _NO


def has_lines(context: Context, table: str) -> bool:
    """Whether the table is there and has lines."""
    return _filled(context.reference, table)


def covered(context: Context, table: str, of: pl.Expr, day: pl.Expr) -> pl.Expr:
    """Whether the table is complete for a key on a day, by the table `coverage`; never for an empty table.

    Keys in `coverage` are exact, a beginning with * (10*), or * for all.
    """
    if not _filled(context.reference, table):
        return _NO
    answers = []
    for length, claims in _coverage(context.reference, table):
        name = of if length is None else of.str.slice(0, length)
        if isinstance(claims, Lines):
            answers.append(claims.in_force(name, day))
        else:
            answers += [name.is_in(keys.implode()) & _within(day, *span) for span, keys in claims]
    return any_of(*answers)


def complete(context: Context, table: str) -> tuple[tuple[date, date], ...]:
    """The spans of days for which one key or another makes the table complete."""
    return _complete(context.reference, table) if _filled(context.reference, table) else ()


def listed(context: Context, table: str, columns: tuple[str, ...], of: pl.Expr, day: pl.Expr | None = None) -> pl.Expr:
    """Whether a line of the table has this key (its `columns` joined by |); with a day, one in force on that day."""
    spans = lines(context, table, columns, _spans)
    return spans.known(of) if day is None else spans.in_force(of, day)


def told(context: Context, table: str, columns: tuple[str, ...], value: str, of: pl.Expr) -> pl.Expr:
    """What the latest line of the table with this key says in its column `value`; null when there is none."""
    if not has_lines(context, table):
        return pl.lit(None, pl.String)
    return lines(context, table, columns).says(of, value)


def merged(rows: pl.DataFrame, *by: str) -> pl.DataFrame:
    """Lines alike in these columns whose days overlap or follow each other, as one line."""
    ordered = rows.select(*by, pl.col("valid_from").fill_null(EVER), pl.col("valid_to").fill_null(NEVER)).sort(
        *by, "valid_from", nulls_last=False
    )
    before = pl.col("valid_to").cum_max().shift(1).over(by)
    apart = (pl.col("valid_from").cast(pl.Int32) > before.cast(pl.Int32) + 1).fill_null(False)
    return ordered.with_columns(part=apart.cum_sum().over(by)).group_by(*by, "part", maintain_order=True).agg(
        pl.min("valid_from"), pl.max("valid_to")
    ).drop("part")


def _spans(rows: pl.DataFrame) -> pl.DataFrame:
    """Marks lines of which only key and days matter."""
    return rows


def _filled(reference: Reference, table: str) -> bool:
    return table in reference.tables and not reference.table(table).is_empty()


@lru_cache(maxsize=256)
def _lines(reference: Reference, table: str, columns: tuple[str, ...], prepare: Prepare | None) -> Lines:
    if not _filled(reference, table):
        return Lines(pl.Series(dtype=pl.String), ())
    rows = reference.table(table)
    if prepare not in (None, _spans):
        rows = prepare(rows)
    rows = rows.with_columns(key=pl.concat_str(columns, separator="|")).filter(pl.col("key").is_not_null())
    return _layered(merged(rows, "key") if prepare is _spans else rows)


def _layered(rows: pl.DataFrame) -> Lines:
    """The latest line of each key in the first layer, the one before it in the second, and so on."""
    latest_first = rows.with_columns(
        since=pl.col("valid_from").fill_null(EVER), until=pl.col("valid_to").fill_null(NEVER)
    ).sort("since", descending=True, maintain_order=True)
    numbered = latest_first.with_columns(layer=pl.int_range(pl.len()).over("key"))
    keys = numbered["key"].unique().sort()  # alike for one table however prepared: the place is found once for all
    placed = numbered.join(pl.DataFrame({"key": keys}).with_row_index("place"), on="key", how="left", maintain_order="left")
    return Lines(keys, tuple(part for _, part in placed.group_by("layer", maintain_order=True)))


def _claims(reference: Reference, table: str) -> pl.DataFrame:
    if "coverage" not in reference.tables:
        return pl.DataFrame(schema={"key": pl.String, "valid_from": pl.Date, "valid_to": pl.Date})
    return reference.table("coverage").filter(pl.col("table") == table, pl.col("key").is_not_null())


@lru_cache(maxsize=256)
def _coverage(reference: Reference, table: str) -> tuple[tuple[int | None, Lines | tuple], ...]:
    """Claims of completeness by the length of their beginning, None for exact keys: by days, where these are few."""
    length = pl.when(pl.col("key").str.ends_with("*")).then(pl.col("key").str.len_chars() - 1)
    claims = _claims(reference, table).with_columns(pl.col("key").str.strip_suffix("*"), length=length)
    told = []
    for (long,), part in claims.group_by("length", maintain_order=True):
        one = merged(part, "key")
        spans = [(span, each["key"]) for span, each in one.group_by("valid_from", "valid_to", maintain_order=True)]
        told.append((long, tuple(spans) if len(spans) <= _FEW_SPANS else _layered(one)))
    return tuple(told)


@lru_cache(maxsize=256)
def _complete(reference: Reference, table: str) -> tuple[tuple[date, date], ...]:
    return tuple(merged(_claims(reference, table).with_columns(one=pl.lit(1)), "one").select("valid_from", "valid_to").iter_rows())


def _within(day: pl.Expr, since: date, until: date) -> pl.Expr:
    return (day >= pl.lit(since, pl.Date)) & (day <= pl.lit(until, pl.Date))
