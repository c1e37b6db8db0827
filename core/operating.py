"""办理设置: what the regulation leaves to the centre beside the checks: days to answer, second persons, provinces' consent.

They stand in the versions of the rulebook, so each has its effective date; changing one moves no record and needs no trial. Must
not know the checks.
"""

import json
from collections.abc import Mapping
from datetime import date

import polars as pl

from core import revision, ruleset
from core.desk import Desk
from core.errors import BadRequest
from core.ruleset import Proposal
from core.settings import THRESHOLDS, Settings
from core.vocabulary import Duty

SETTINGS = {key: each for key, each in THRESHOLDS.items() if not each.rules}
"""The settings no check reads, by key."""
_CHANGE = {
    "version": pl.Int64, "effective_on": pl.Date, "key": pl.String, "before": pl.Int64, "after": pl.Int64, "reason": pl.String,
    "made_at": pl.Datetime, "made_by": pl.String,
}


def history(desk: Desk) -> pl.DataFrame:
    """Every change of a setting, the latest first: version, effective_on, key, before, after, reason, made_at, made_by."""
    now = {key: each.usual for key, each in SETTINGS.items()}
    lines = []
    for row in reversed(ruleset.versions(desk.db).to_dicts()):
        for key, value in json.loads(row["changes"])["thresholds"].items():
            if key in SETTINGS:
                after = SETTINGS[key].usual if value is None else value
                lines.append((row["version"], row["effective_on"], key, now[key], after, row["reason"], row["made_at"], row["made_by"]))
                now[key] = after
    return pl.DataFrame(lines, _CHANGE, orient="row").reverse()


def in_force(desk: Desk) -> pl.DataFrame:
    """Every setting today: key, value, since (null while it is as it always was), and what is to come next: coming, coming_on."""
    today = desk.now().date()
    changes = history(desk)
    settings = ruleset.in_force(desk.db, today).settings
    past = changes.filter(pl.col("effective_on") <= today).unique("key", keep="first", maintain_order=True)
    future = changes.filter(pl.col("effective_on") > today).unique("key", keep="last", maintain_order=True)
    return (
        pl.DataFrame([(key, settings[key]) for key in SETTINGS], {"key": pl.String, "value": pl.Int64}, orient="row")
        .join(past.select("key", since="effective_on"), on="key", how="left", maintain_order="left")
        .join(future.select("key", coming="after", coming_on="effective_on"), on="key", how="left", maintain_order="left")
    )


def change(desk: Desk, values: Mapping[str, int], *, effective_on: date, reason: str) -> int:
    """Give settings other values from a day on; returns the version of the rulebook that has them. Raises NotAuthorised, and
    BadRequest for a value outside its limits, a day gone by or before a change already made, no reason, and no change."""
    desk.require(Duty.RULES)
    if unknown := set(values) - set(SETTINGS):
        raise BadRequest(f"“{unknown.pop()}”不是办理设置。请刷新页面。", "There is no such setting. Refresh the page.")
    latest = ruleset.of_version(desk.db, ruleset.versions(desk.db)["version"][0])
    settings = Settings.of(latest.settings.off, dict(latest.settings.changed) | dict(values))
    return revision.commit(desk, Proposal(latest, settings), effective_on=effective_on, reason=reason).version
