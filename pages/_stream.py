"""The way of large files into the store's `work/` folder: one POST for one token, written block by block as it comes.

Must not know the session, the screen, or what the file is.
"""

from urllib.parse import unquote, urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from core.arrivals import Arrivals, NotAwaited, TooLarge
from core.errors import DiskFull

AWAITED = Arrivals()
"""The files the screens of this server await."""

ADDRESS = "/api/upload"
_TOKEN, _NAME = "X-Upload-Token", "X-Upload-Name"
_STATUS = {NotAwaited: 403, TooLarge: 413, DiskFull: 507}


def from_our_own_page(headers: Headers) -> bool:
    """Browsers say where a request comes from: in Sec-Fetch-Site, over plain HTTP in Origin alone."""
    if site := headers.get("Sec-Fetch-Site"):
        return site == "same-origin"
    asking = urlsplit(headers.get("Origin", "")).netloc
    return bool(asking) and asking == headers.get("Host")


async def receive(request: Request) -> Response:
    """Take in the file a screen awaits; a refusal says why in both languages, and the sender is cut off."""
    try:
        await _write(request)
    except tuple(_STATUS) as refusal:
        told = {"zh": refusal.zh, "en": refusal.en}
        return JSONResponse(told, _STATUS[type(refusal)], headers={"Connection": "close"})
    except ClientDisconnect:
        return Response(status_code=400)  # nobody is left to read it
    return Response(status_code=204)


ROUTE = Route(ADDRESS, receive, methods=["POST"])


async def _write(request: Request) -> None:
    if not from_our_own_page(request.headers):
        raise NotAwaited
    token, name = request.headers.get(_TOKEN), unquote(request.headers.get(_NAME, ""))
    length = request.headers.get("Content-Length")
    with AWAITED.receiving(token, name, int(length) if length else None) as write:
        async for block in request.stream():
            await run_in_threadpool(write, block)
