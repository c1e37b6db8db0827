"""The guard below every screen, route and file: over HTTP and WebSocket, nobody passes who has not signed in.

What a browser says of who it is, beyond its cookie, is thrown away. Must not know what a screen shows or what a duty is.
"""

from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import quote

import streamlit as st
from starlette.datastructures import MutableHeaders
from starlette.middleware import Middleware
from starlette.requests import HTTPConnection
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit.proto.BackMsg_pb2 import BackMsg

from core import credentials
from core.desk import system_clock
from core.sessions import Session
from pages import _health, _oidc, _seat, _stream

COOKIE = "desk_session"
_SECURE = "__Host-"
"""Before the cookie's name over TLS: browsers then take it over TLS alone, and from no other host."""
_ONLY_TLS = "max-age=31536000; includeSubDomains"
DOOR, PASSWORD = "/sign-in", "/password"
OPEN = frozenset({DOOR, _health.ADDRESS, "/_stcore/health"})
"""What anybody may ask for; all else is only for those signed in."""
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_SMALL, _ENVELOPE = 64_000, 100_000
"""Most bytes of the body of a request, but for files, each of which has its own limit."""
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Content-Security-Policy": "frame-ancestors 'none'; object-src 'none'; base-uri 'self'; form-action 'self'",
}


class Guard:
    """Stands before the whole app; lets through what its sender may ask for, and tells the app whose session it is."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass one request or connection on, or answer it here."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        told = _seat.SESSION_HEADER.lower().encode()
        scope["headers"] = [(name, value) for name, value in scope["headers"] if name.lower() != told]
        asking = HTTPConnection(scope)
        session = _seat.sessions().of(held_by(asking))
        if scope["type"] == "websocket":
            if session is None or session.restricted or not _stream.from_our_own_page(asking.headers):
                await send({"type": "websocket.close", "code": 1008})
                return
            scope["headers"].append((told, session.handle.encode()))
            await self._app(scope, _watched(receive, session), send)
            return
        refusal = _refusal(asking, scope["method"], session)
        if refusal is not None:
            await refusal(scope, receive, _hardened(send, asking))
            return
        if session:
            _seat.sessions().seen(session)
        await self._app(scope, _limited(receive, _most(scope["path"])), _hardened(send, asking))


MIDDLEWARE = Middleware(Guard)


def _refusal(asking: HTTPConnection, method: str, session: Session | None) -> Response | None:
    """Why a request is not passed on, as the answer to it."""
    path = asking.url.path
    if method not in _SAFE and not _stream.from_our_own_page(asking.headers):
        return PlainTextResponse("Forbidden", 403)
    length = asking.headers.get("Content-Length", "0")
    if not length.isdecimal() or int(length) > (_most(path) or int(length)):
        return PlainTextResponse("Too large", 413, headers={"Connection": "close"})
    if path in OPEN or path in _oidc.ROUTES:
        return None
    if session is None:
        return _to_the_door(asking, method)
    if session.restricted and path != PASSWORD:
        return RedirectResponse(PASSWORD, 303) if _shown(asking, method) else PlainTextResponse("Forbidden", 403)
    return None


def _to_the_door(asking: HTTPConnection, method: str) -> Response:
    """Screens asked for signed out lead to the sign-in page; all else is refused."""
    if not _shown(asking, method):
        return PlainTextResponse("Unauthorized", 401)
    wanted = "/" + asking.url.path.lstrip("/") + (f"?{asking.url.query}" if asking.url.query else "")
    again = HTMLResponse(f'<meta http-equiv="refresh" content="0;url={quote(wanted, safe="/?=&%")}">')
    if asking.headers.get("Sec-Fetch-Site") == "cross-site":  # followed from elsewhere, where our cookie does not go along
        return again
    if key := _oidc.known(asking):
        answer = again
        hand_out(answer, asking, key)
        _oidc.forget(asking, answer)
        return answer
    return RedirectResponse(f"{DOOR}?next={quote(wanted, safe='')}", 303)


def _shown(asking: HTTPConnection, method: str) -> bool:
    """Whether a person would see the answer as a page."""
    return method == "GET" and "text/html" in asking.headers.get("Accept", "")


def held_by(asking: HTTPConnection) -> str:
    """What a browser holds of a session, as it came; empty when it holds nothing."""
    return asking.cookies.get(_SECURE + COOKIE if _over_tls(asking) else COOKIE, "")


def _over_tls(asking: HTTPConnection) -> bool:
    """Whether the browser asks over TLS: said by the proxy on this machine that ends it."""
    return asking.url.scheme in ("https", "wss")


def hand_out(answer: Response, asking: HTTPConnection, key: str, *, restricted: bool = False) -> None:
    """Begin a session of its own for someone who has proved who they are, and end the one this browser had."""
    if before := _seat.sessions().of(held_by(asking)):
        _seat.sessions().end(before.handle)
    address = asking.client.host if asking.client else ""
    credentials.signed_in(_seat.store(), key, system_clock(), address)
    held, secure = _seat.sessions().begin(key, address, restricted=restricted), _over_tls(asking)
    answer.set_cookie(_SECURE + COOKIE if secure else COOKIE, held, httponly=True, samesite="strict", secure=secure)


def _most(path: str) -> int | None:
    """Most bytes of a body sent to a path; None where its own route counts them."""
    if path == _stream.ADDRESS:
        return None
    if path.startswith("/_stcore/upload_file/"):
        return int(st.get_option("server.maxUploadSize")) * 1024**2 + _ENVELOPE
    return _SMALL


def _limited(receive: Receive, most: int | None) -> Receive:
    """The body as it comes, cut off where it grows larger than it may."""
    if most is None:
        return receive
    come = 0

    async def counted() -> Message:
        nonlocal come
        message = await receive()
        come += len(message.get("body", b""))
        return message if come <= most else {"type": "http.disconnect"}

    return counted


def _watched(receive: Receive, session: Session) -> Receive:
    """What a screen sends; once its session has ended, all it can bring about is a run that shows nobody is signed in."""

    async def looked_at() -> Message:
        message = await receive()
        if message["type"] == "websocket.receive" and message.get("bytes"):
            present = _seat.sessions().by_handle(session.handle)
            if present is None:
                message["bytes"] = _from_the_start(message["bytes"])
            elif not _by_itself(message["bytes"]):
                _seat.sessions().seen(present)
        return message

    return looked_at


def _read(content: bytes) -> BackMsg | None:
    try:
        return BackMsg.FromString(content)
    except ValueError:  # protobuf's DecodeError: Streamlit ends such a connection itself
        return None


def _by_itself(content: bytes) -> bool:
    """Whether a screen asks for a run by a clock of its own, with nobody at it."""
    asked = _read(content)
    return asked is None or bool(asked.rerun_script.is_auto_rerun)


def _from_the_start(content: bytes) -> bytes:
    """The same page asked for anew, without what was typed, pressed or asked for beside it."""
    asked, anew = _read(content), BackMsg()
    anew.rerun_script.page_script_hash = asked.rerun_script.page_script_hash if asked else ""
    return anew.SerializeToString()


def _hardened(send: Send, asking: HTTPConnection) -> Callable[[Message], Awaitable[Any]]:
    """Answers with the headers that keep browsers from framing, sniffing, or keeping what is ours."""

    async def told(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(raw=message.setdefault("headers", []))
            for name, value in _HEADERS.items():
                headers.setdefault(name, value)
            if _over_tls(asking):
                headers.setdefault("Strict-Transport-Security", _ONLY_TLS)
            if not asking.url.path.startswith("/static/"):
                headers["Cache-Control"] = "no-store"
        await send(message)

    return told
