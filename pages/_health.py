"""`/health`: the one address besides the sign-in page that answers anybody, for monitors: 200 while all is well, else 503.

Must not know what makes a store well.
"""

import json
import os
from functools import lru_cache
from pathlib import Path

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from core import health
from core.desk import system_clock
from core.errors import CentreError
from core.health import Bounds
from pages import _seat

ADDRESS = "/health"
_SECONDS = 5
"""How long an answer is good for: whoever asks more often is told the same."""


async def told(_: Request) -> Response:
    """The answer, as JSON."""
    content, well = await run_in_threadpool(lambda: _looked(_seat.home(), int(system_clock().timestamp()) // _SECONDS))
    return Response(content, 200 if well else 503, media_type="application/json")


ROUTE = Route(ADDRESS, told, methods=["GET"])


@lru_cache(maxsize=1)
def _looked(home: Path, _moment: int) -> tuple[bytes, bool]:
    bounds = Bounds.told(os.environ)
    try:
        found = health.look(_seat.store(), system_clock(), bounds)
    except CentreError:
        found = health.unopened(home, bounds)
    return json.dumps(found).encode(), found["ok"]
