"""The sign-in page and the page on which a password is chosen: plain forms, outside Streamlit, before the guard lets anyone on.

Must not know screens or duties.
"""

import logging
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import parse_qs

import polars as pl
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from core import accounts, announcements, credentials, passwords
from core.desk import system_clock
from core.errors import CentreError
from core.sessions import TooManyTries
from pages import _doorway, _guard, _oidc, _seat

_LOG = logging.getLogger(__name__)
_INSIDE = re.compile(r"/[a-z_]{0,30}(\?[\w=&%.\-]*)?", re.ASCII)
"""What may be gone on to after signing in: a screen of ours."""


@asynccontextmanager
async def lifespan(_app: Any) -> AsyncIterator[None]:
    """When the app starts over a store without accounts, enter its first administrator and print the password once; answer
    for backups until it ends."""
    attendant = None
    try:
        told = await run_in_threadpool(lambda: credentials.begin(_seat.store(), system_clock()))
    except CentreError as refusal:
        _LOG.warning("%s", refusal.en)
    else:
        if told:
            print(f"\n  {told}\n", flush=True)
        attendant = _seat.attendant().start()
    yield
    if attendant:
        await run_in_threadpool(attendant.stop)


async def sign_in(request: Request) -> Response:
    """The sign-in page; given name and password, the way in, or the reason why not."""
    session = _seat.sessions().of(_guard.held_by(request))
    form = await _form(request)
    spoken, onward = _spoken(request, form), _onward(form.get("next") or request.query_params.get("next", ""))
    if request.method == "GET":
        if session and not session.restricted:
            return RedirectResponse(onward, 303)
        return await _shown(request, spoken, onward)
    try:
        return await run_in_threadpool(_let_in, request, form, spoken, onward)
    except CentreError as refusal:
        status = 429 if isinstance(refusal, TooManyTries) else 403
        return await _shown(request, spoken, onward, refusal=getattr(refusal, spoken), status=status)


async def password(request: Request) -> Response:
    """The page for choosing another password; must be passed first by whoever came with one that serves once."""
    session = _seat.sessions().of(_guard.held_by(request))
    form = await _form(request)
    spoken, onward = _spoken(request, form), _onward(form.get("next") or request.query_params.get("next", ""))
    refusal = None
    if session and request.method == "POST":
        try:
            return await run_in_threadpool(_choose, request, session.account, form, onward)
        except CentreError as told:
            refusal = getattr(told, spoken)
    page = _doorway.password_page(
        spoken, onward, account=session.account if session else "", must=bool(session and session.restricted), refusal=refusal
    )
    return page if refusal is None else _with_status(page, 400)


ROUTES = [
    Route(_guard.DOOR, sign_in, methods=["GET", "POST"]),
    Route(_guard.PASSWORD, password, methods=["GET", "POST"]),
]


def _let_in(request: Request, form: dict[str, str], spoken: str, onward: str) -> Response:
    key, sessions = form.get("name", "").strip().lower(), _seat.sessions()
    address = request.client.host if request.client else ""
    sessions.note_try(key, address)
    try:
        must_choose = credentials.let_in(_seat.store(), key, form.get("password", ""))
    except credentials.WrongPassword:
        credentials.refused(_seat.store(), key, system_clock(), address)
        raise
    sessions.forgive(key)
    onward = _in_language(onward, sessions.spoken(key) or spoken)
    answer = RedirectResponse(_guard.PASSWORD if must_choose else onward, 303)
    _guard.hand_out(answer, request, key, restricted=must_choose)
    return answer


def _choose(request: Request, key: str, form: dict[str, str], onward: str) -> Response:
    sessions = _seat.sessions()
    sessions.note_try(key, request.client.host if request.client else "")
    anew = form.get("anew", ""), form.get("again", "")
    credentials.choose(_seat.store(), key, form.get("password", ""), anew, system_clock())
    sessions.forgive(key)
    sessions.end_all(key)
    answer = RedirectResponse(onward, 303)
    _guard.hand_out(answer, request, key)
    return answer


async def _shown(request: Request, spoken: str, onward: str, *, refusal: str | None = None, status: int = 200) -> Response:
    try:
        demo, announced = await run_in_threadpool(lambda: _known(spoken))
    except CentreError as busy:
        demo, announced, refusal = None, [], getattr(busy, spoken)
    page = _doorway.sign_in_page(
        spoken, onward, demo=demo, provider=_oidc.address(), refusal=refusal, announced=announced
    )
    return _with_status(page, status)


def _known(spoken: str) -> tuple[pl.DataFrame, list[str]]:
    """What the sign-in page tells of the store: its accounts if it is a demo, and what is announced there."""
    standing = announcements.standing(_seat.store(), system_clock().date())
    return accounts.of_demo(_seat.store()), standing.filter("at_door")[spoken].to_list()


def _with_status(page: Response, status: int) -> Response:
    page.status_code = status
    return page


async def _form(request: Request) -> dict[str, str]:
    """The fields of a form; each once, no files."""
    if request.method != "POST":
        return {}
    content = (await request.body()).decode("utf-8", "replace")
    told = parse_qs(content, keep_blank_values=True, max_num_fields=20)
    return {name: values[0][: passwords.LONGEST * 8] for name, values in told.items()}


def _spoken(request: Request, form: dict[str, str]) -> str:
    asked = form.get("lang") or request.query_params.get("lang")
    if asked in ("zh", "en"):
        return asked
    return "en" if request.headers.get("Accept-Language", "").lower().startswith("en") else "zh"


def _onward(asked: str) -> str:
    return asked if _INSIDE.fullmatch(asked) else "/"


def _in_language(onward: str, spoken: str) -> str:
    if "lang=" in onward or spoken == "zh":
        return onward
    return f"{onward}{'&' if '?' in onward else '?'}lang=en"
