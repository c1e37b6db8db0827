"""公众查询服务: the lookup as a web service over the package in force: a page, a JSON address, photos (article 3).

Reads packages alone; keeps no name and no number anywhere, not in a log either. A new package takes over between two
answers. Must not know how the store looks.
"""

import asyncio
import hashlib
import hmac
import json
import logging
import secrets
import shutil
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import parse_qs

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from core.errors import CentreError
from core.public import image as images
from core.public import package as packages
from core.public import page
from core.public.image import Image
from core.public.limit import Limit
from core.public.package import PHOTO

LONGEST = 8_192
"""Bytes of a request: a name and a number, however they are wrapped."""
_DRAINED = 4_000_000
"""How much of a longer request is taken in, and thrown away, so that its sender hears the refusal."""
_PHOTO_SECONDS = 120
_WATCH_SECONDS = 1.0
_CODE = Path(__file__).resolve().parents[2]
_STYLE = (Path(__file__).parent / "style.css").read_bytes()
_SECURE = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY", "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()", "Cache-Control": "no-store",
}
_HTML, _JSON = "text/html; charset=utf-8", "application/json"

log = logging.getLogger("uvicorn.error")


class Lookup:
    """The service over the packages below a root; `built` is a folder of its own for what it lays out from them."""

    def __init__(self, root: Path, built: Path, *, per_minute: int, least_free: float = 1e9) -> None:
        self._root, self._built, self._least_free = root, built, least_free
        self._limit = Limit(per_minute)
        self._secret = secrets.token_bytes(32)
        self._image: Image | None = None
        self._seen: str | None = None
        self._current = False
        self.app = Starlette(
            routes=[
                Route("/", self._page, methods=["GET", "POST"]), Route("/lookup", self._lookup, methods=["POST"]),
                Route("/photo/{token}", self._photo, methods=["GET"]), Route("/style.css", self._style, methods=["GET"]),
                Route("/health", self._health, methods=["GET"]),
            ],
            exception_handlers={HTTPException: self._refusal, 500: self._refusal}, lifespan=self._running,
        )

    async def _page(self, request: Request) -> Response:
        language = _language(request)
        if request.method != "POST":
            return _answer(page.ask(language, self._image.about if self._image else None), _HTML)
        name, number = await self._asked(request)
        image = self._in_force()
        certificate = image.find(name, number)
        if certificate is None:
            answer = page.not_found(language)
        else:
            answer = page.found(language, certificate, self._address(certificate))
        return _answer(page.ask(language, image.about, answer=answer, name=name, number=number), _HTML)

    async def _lookup(self, request: Request) -> Response:
        name, number = await self._asked(request)
        image = self._in_force()
        certificate = image.find(name, number)
        zh, en = page.NONE if certificate is None else page.ONE
        told: dict[str, object] = {"result": zh, "result_en": en, "package": image.about.package, "as_of": image.about.made_at}
        if certificate is not None:
            told["photo"] = self._address(certificate)
            told["certificate"] = {code: value for code, value in certificate.items() if code != PHOTO}
        return _answer(json.dumps(told, ensure_ascii=False).encode(), _JSON)

    async def _photo(self, request: Request) -> Response:
        until, _, rest = request.path_params["token"].partition("-")
        sha256, _, seal = rest.partition("-")
        known = until.isdecimal() and hmac.compare_digest(seal.encode(), self._seal(until, sha256).encode())
        content = self._in_force().photo(sha256) if known and int(until) >= time.monotonic() else None
        if content is None:
            raise HTTPException(404)
        return _answer(content, "image/jpeg")

    async def _style(self, _: Request) -> Response:
        return _answer(_STYLE, "text/css; charset=utf-8")

    async def _health(self, _: Request) -> Response:
        """For monitors: 200 while the latest package is the one that answers and the disk has room, else 503. Tells of no lookup."""
        about = self._image.about if self._image else None
        free = shutil.disk_usage(next(each for each in (self._built, *self._built.parents) if each.exists())).free
        told = {
            "ok": self._current and free >= self._least_free, "package": about and about.package, "as_of": about and about.made_at,
            "latest_in_use": self._current, "free_bytes": free,
        }
        return _answer(json.dumps(told).encode(), _JSON, 200 if told["ok"] else 503)

    async def _refusal(self, request: Request, refused: Exception) -> Response:
        status = refused.status_code if isinstance(refused, HTTPException) else 500
        status = status if status in page.REFUSALS else 400
        headers = {"Retry-After": "60"} if status in (429, 503) else {}
        if status == 405 and isinstance(refused, HTTPException):
            headers |= refused.headers or {}
        if request.url.path == "/lookup":
            zh, en = page.REFUSALS[status]
            return _answer(json.dumps({"error": zh, "error_en": en}, ensure_ascii=False).encode(), _JSON, status, headers)
        language = _language(request)
        about = self._image.about if self._image else None
        return _answer(page.ask(language, about, answer=page.refused(language, status)), _HTML, status, headers)

    async def _asked(self, request: Request) -> tuple[str, str]:
        """The name and number a request asks for; refuses one that asks for nothing, too much or too often."""
        body = await _body(request)
        if not self._limit.allows(request.client.host if request.client else ""):
            raise HTTPException(429)
        name, number = _typed(request.headers.get("content-type", ""), body)
        if not name.strip() or not number.strip():
            raise HTTPException(400)
        return name, number

    def _in_force(self) -> Image:
        """The image every part of one answer comes from: between this and the answer nothing else gets its turn."""
        if self._image is None:
            raise HTTPException(503)
        return self._image

    def _address(self, certificate: dict[str, str]) -> str | None:
        """Where the photo can be had for the next minutes by who has just been given the certificate."""
        if PHOTO not in certificate:
            return None
        until = str(int(time.monotonic()) + _PHOTO_SECONDS)
        return f"/photo/{until}-{certificate[PHOTO]}-{self._seal(until, certificate[PHOTO])}"

    def _seal(self, until: str, sha256: str) -> str:
        return hmac.new(self._secret, f"{until} {sha256}".encode(), hashlib.sha256).hexdigest()[:32]

    @asynccontextmanager
    async def _running(self, _: Starlette) -> AsyncIterator[None]:
        await self._look()
        watching = asyncio.create_task(self._watch())
        yield
        watching.cancel()
        if self._image:
            self._image.close()

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(_WATCH_SECONDS)
            await self._look()

    async def _look(self) -> None:
        """Go over to the package in force when another was released; what cannot be used leaves the old one standing."""
        pointer = self._root / packages.LATEST
        seen = pointer.read_text("ascii", "replace") if pointer.exists() else None
        if seen == self._seen:
            return
        self._seen = seen
        command = (sys.executable, "-m", "core.public.image", str(self._root.resolve()), str(self._built.resolve()))
        try:
            builder = await asyncio.create_subprocess_exec(*command, cwd=_CODE, stderr=asyncio.subprocess.PIPE)
            _, told = await builder.communicate()
            if builder.returncode:
                raise OSError(told.decode(errors="replace"))
            self._take_over()
            self._current = self._image is not None
        except (CentreError, OSError) as fault:
            self._current = False
            log.error("新数据包未启用，仍用原来的。 The new package is not used; the old one stands.\n%s", fault)

    def _take_over(self) -> None:
        package = packages.latest(self._root)
        if package is None:
            return
        folder = images.folder_of(package, self._built)
        former, self._image = self._image, Image(folder)
        log.info("第%d号数据包已启用。 Package %d is in force.", package.manifest.number, package.manifest.number)
        if former:
            former.close()
        for other in self._built.iterdir():
            if other != folder:
                shutil.rmtree(other, ignore_errors=True)


async def _body(request: Request) -> bytes:
    body, taken = b"", 0
    async for part in request.stream():
        taken += len(part)
        if taken <= LONGEST:
            body += part
        elif taken > _DRAINED:
            break
    if taken > LONGEST:
        raise HTTPException(413)
    return body


def _typed(form: str, body: bytes) -> tuple[str, str]:
    """Name and number from a form or from JSON."""
    kind = form.partition(";")[0].strip().lower()
    try:
        if kind == "application/x-www-form-urlencoded":
            told = {key: values[0] for key, values in parse_qs(body.decode(), max_num_fields=10).items()}
        elif kind == _JSON:
            told = json.loads(body)
        else:
            raise HTTPException(415)
        name, number = told.get("name", ""), told.get("number", "")
    except (ValueError, RecursionError, AttributeError):
        raise HTTPException(400) from None
    if not (isinstance(name, str) and isinstance(number, str)):
        raise HTTPException(400)
    return name, number


def _language(request: Request) -> str:
    asked = request.query_params.get("lang")
    return asked if asked in page.LANGUAGES else page.LANGUAGES[0]


def _answer(content: bytes, kind: str, status: int = 200, more: dict[str, str] | None = None) -> Response:
    return Response(content, status, _SECURE | (more or {}), kind)
