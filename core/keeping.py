"""保留期限: how long files stay that no decision rests on, as this place has set it (DESK_KEEP_…).

Must not know where they lie.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from core.errors import BadRequest


@dataclass(frozen=True)
class Keeping:
    """How long there stay: what a job worked on that failed or was cancelled, and what a trial found (`jobs`); uploads and drafts nobody
    went on with (`uploads`); files no filing refers to, put aside after a crash or a restore (`leftovers`)."""

    jobs: timedelta = timedelta(days=7)
    uploads: timedelta = timedelta(days=2)
    leftovers: timedelta = timedelta(days=180)

    @classmethod
    def told(cls, environ: Mapping[str, str]) -> "Keeping":
        """The usual times, but for the days DESK_KEEP_JOBS, DESK_KEEP_UPLOADS and DESK_KEEP_LEFTOVERS say. Raises BadRequest for what
        is no number of days, at least one."""
        said = {name: environ[f"DESK_KEEP_{name.upper()}"] for name in ("jobs", "uploads", "leftovers")
                if f"DESK_KEEP_{name.upper()}" in environ}
        for name, days in said.items():
            if not (days.isascii() and days.isdecimal() and 1 <= int(days) <= 36_500):
                raise BadRequest(
                    f"DESK_KEEP_{name.upper()}须为天数，至少1天。请改正后再启动。",
                    f"DESK_KEEP_{name.upper()} must be a number of days, at least 1. Put it right and start again.",
                )
        return cls(**{name: timedelta(days=int(days)) for name, days in said.items()})
