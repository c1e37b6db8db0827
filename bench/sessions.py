"""`python -m bench.sessions`: how long a rerun takes while so many people work in the app at once, each over a connection of their own.

They speak to the running app as a browser does (sign-in, cookie, web socket), without drawing what they get, so that the cores
are the app's. The first screen of each is not counted.
"""

import argparse
import asyncio
import http.client
import random
import statistics
import tempfile
import time
from collections import defaultdict, deque
from pathlib import Path
from urllib.parse import urlencode

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect

from bench import nation
from bench.measure import p95
from core import __main__ as command_line
from core import store
from core.demo.staff import PASSWORD
from tests.browser.conftest import app

_ALLOWED = 0.5
_SCREENS = (
    "", "queue", "filings", "record", "expected", "review", "publish", "feedback", "corrections", "explanations", "jobs", "rates",
    "balance", "calendar",
)
_A_FILING_EVERY, _ROWS = 20, 1_000
"""Seconds from one filing to the next, and the records of each."""
_PEOPLE = ("operator", "operator", "reviewer", "publisher", "releaser")


def main() -> None:
    """Print the figures as a Markdown table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--home", type=Path, help="a store to work over, which filings are added to; without it, the demo's")
    parser.add_argument("--sessions", type=int, default=30)
    parser.add_argument("--seconds", type=int, default=120)
    parser.add_argument("--think", type=float, nargs="+", default=[10.0, 2.0])
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="desk-bench-") as made:
        home = asked.home or Path(made) / "home"
        if asked.home is None:
            command_line.main(["--home", str(home), "demo", "--if-empty"])
        nation.write(Path(made) / "more", packages=len(asked.think) * (asked.seconds // _A_FILING_EVERY + 1), rows=_ROWS)
        sent = deque(sorted((Path(made) / "more" / "sent").glob("*/*")))
        before = _filings(home)
        with app(home) as address:
            host = address.removeprefix("http://")
            print("\n| figure | value |\n|---|---|")
            for think in asked.think:
                times = asyncio.run(_work(host, asked.sessions, asked.seconds, think, sent, home / "inbox" / "institutions"))
                every = sorted(each for own in times.values() for each in own)
                worst = ", ".join(f"{name or 'overview'} {p95(own) / _ALLOWED:.0%}" for name, own in sorted(
                    times.items(), key=lambda pair: -p95(pair[1]))[:3])
                print(f"| p95 of {len(every):,} reruns of {asked.sessions} sessions, {think:g} s to think, of the {_ALLOWED} s it may take "
                      f"| {p95(every) / _ALLOWED:.0%} (median {statistics.median(every) / _ALLOWED:.0%}; slowest screens {worst}) |",
                      flush=True)
        print(f"| filings of {_ROWS:,} records stored meanwhile | {_filings(home) - before} |")


def _filings(home: Path) -> int:
    db = store.open_store(home)
    many = db.frame("SELECT count(*) AS n FROM filing").item()
    db.close()
    return many


async def _work(host: str, sessions: int, seconds: int, think: float, sent: deque[Path], inbox: Path) -> dict[str, list[float]]:
    """Seconds of each rerun by screen, while filings come in."""
    times: dict[str, list[float]] = defaultdict(list)
    until = time.monotonic() + seconds
    cookies = [_signed_in(host, _PEOPLE[number % len(_PEOPLE)]) for number in range(sessions)]
    chances = [random.Random(place) for place in range(sessions)]  # nosec B311  # the same work in each run
    sitting = (_sit(host, *each, until, think, times) for each in zip(cookies, chances, strict=True))
    await asyncio.gather(_file(sent, inbox, until), *sitting)
    return times


async def _file(sent: deque[Path], inbox: Path, until: float) -> None:
    """Put a filing into its institution's folder every while, so that what screens keep is out of date and a load is under way."""
    while sent and time.monotonic() < until:
        path = sent.popleft()
        (inbox / path.parent.name).mkdir(parents=True, exist_ok=True)
        path.rename(inbox / path.parent.name / path.name)
        await asyncio.sleep(_A_FILING_EVERY)


async def _sit(
    host: str, cookie: str, chance: random.Random, until: float, think: float, times: dict[str, list[float]]
) -> None:
    origin = f"http://{host}"
    async with connect(
        f"ws://{host}/_stcore/stream", additional_headers={"Cookie": cookie}, origin=origin, subprotocols=["streamlit"],
        max_size=None, open_timeout=60, ping_timeout=None,
    ) as connection:
        await asyncio.sleep(chance.uniform(0, think))
        await _rerun(connection, "")
        while time.monotonic() < until:
            await asyncio.sleep(chance.uniform(0.5 * think, 1.5 * think))
            screen = chance.choice(_SCREENS)
            times[screen].append(await _rerun(connection, screen, "record_id=1" if screen == "record" else ""))


async def _rerun(connection: ClientConnection, screen: str, query: str = "") -> float:
    """Seconds from asking for a screen to its last word."""
    asked = BackMsg()
    asked.rerun_script.page_name, asked.rerun_script.query_string = screen, query
    started = time.perf_counter()
    await connection.send(asked.SerializeToString())
    while True:
        message = ForwardMsg.FromString(await connection.recv())
        if message.WhichOneof("type") == "script_finished":
            assert message.script_finished != ForwardMsg.FINISHED_WITH_COMPILE_ERROR, screen
            if message.script_finished != ForwardMsg.FINISHED_EARLY_FOR_RERUN:
                return time.perf_counter() - started


def _signed_in(host: str, who: str) -> str:
    asked = http.client.HTTPConnection(host, timeout=60)
    form = urlencode({"name": who, "password": PASSWORD})
    asked.request("POST", "/sign-in", form, {"Origin": f"http://{host}", "Content-Type": "application/x-www-form-urlencoded"})
    answer = asked.getresponse()
    assert answer.status == 303, f"{who} could not sign in"
    return answer.headers["Set-Cookie"].partition(";")[0]


if __name__ == "__main__":
    main()
