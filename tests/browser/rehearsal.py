"""The app with another day on its clock: `python -m tests.browser.rehearsal run dashboard.py …`, as `streamlit` is run.

How many seconds the clock is ahead of the machine's stands in the file that REHEARSAL names, so that a test can move on to
the next month. Only who starts the app by this module has such a clock: nothing in the app knows of it.
"""

import os
from datetime import datetime, timedelta
from pathlib import Path

from core import desk

_the_machine_says = desk.system_clock


def set_to(clock: Path, moment: datetime) -> None:
    """Move the clock on, or back, to a moment in Beijing; it goes on from there."""
    ahead = clock.with_suffix(".new")
    ahead.write_text(str(int((moment - _the_machine_says()).total_seconds())))
    ahead.replace(clock)


def _rehearsed() -> datetime:
    return _the_machine_says() + timedelta(seconds=int(Path(os.environ["REHEARSAL"]).read_text()))


if __name__ == "__main__":
    desk.system_clock = _rehearsed  # before any module of the app has taken it over
    from streamlit.web.cli import main

    main(prog_name="streamlit")
