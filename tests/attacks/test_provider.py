"""Signing in by an agency's own provider: a small OpenID Connect provider on this machine, the app as it is started."""

import http.client
import re
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from html import unescape
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
import uvicorn
from joserfc import jwt
from joserfc.jwk import RSAKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse
from starlette.routing import Route

from core import accounts, store
from core.accounts import Account
from core.desk import Desk, actor_with, system_clock
from core.vocabulary import Role
from tests.browser.conftest import app

CLIENT, SECRET = "desk", "a secret between the two"


class Provider:
    """Says of whoever comes that they are the person set here."""

    def __init__(self) -> None:
        self.key, self.codes = RSAKey.generate_key(2048, {"kid": "one", "use": "sig", "alg": "RS256"}), {}
        self.email, self.verified, self.age = "wang@agency.example", True, 0
        self.at = ""

    def routes(self) -> list[Route]:
        return [
            Route("/.well-known/openid-configuration", self.metadata), Route("/authorize", self.authorize),
            Route("/token", self.token, methods=["POST"]), Route("/keys", self.keys),
        ]  # fmt: skip

    async def metadata(self, _: Request) -> JSONResponse:
        return JSONResponse({
            "issuer": self.at, "authorization_endpoint": f"{self.at}/authorize", "token_endpoint": f"{self.at}/token",
            "jwks_uri": f"{self.at}/keys", "response_types_supported": ["code"], "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"], "code_challenge_methods_supported": ["S256"],
        })  # fmt: skip

    async def authorize(self, request: Request) -> RedirectResponse:
        asked = request.query_params
        code = f"code-{len(self.codes)}"
        self.codes[code] = asked["nonce"]
        return RedirectResponse(f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state']})}")

    async def token(self, request: Request) -> JSONResponse:
        nonce = self.codes.pop(parse_qs((await request.body()).decode())["code"][0])
        now = int(time.time()) - self.age
        claims = {
            "iss": self.at, "sub": "1", "aud": CLIENT, "iat": now, "exp": now + 3600, "nonce": nonce, "email": self.email,
            "email_verified": self.verified,
        }  # fmt: skip
        token = jwt.encode({"alg": "RS256", "kid": "one"}, claims, self.key)
        return JSONResponse({"access_token": "x", "token_type": "Bearer", "expires_in": 3600, "id_token": token})

    async def keys(self, _: Request) -> JSONResponse:
        return JSONResponse({"keys": [self.key.as_dict(private=False)]})


@pytest.fixture(scope="module")
def provider() -> Iterator[Provider]:
    provider, listening = Provider(), socket.create_server(("127.0.0.1", 0))
    provider.at = f"http://127.0.0.1:{listening.getsockname()[1]}"
    server = uvicorn.Server(uvicorn.Config(Starlette(routes=provider.routes()), log_level="warning", lifespan="off"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    yield provider
    server.should_exit = True
    thread.join(20)
    listening.close()


def _settings(provider: Provider, folder: Path, port: int) -> Path:
    told = {
        "redirect_uri": f"http://127.0.0.1:{port}/oauth2callback", "cookie_secret": "long enough to sign with, and random",
        "client_id": CLIENT, "client_secret": SECRET, "server_metadata_url": f"{provider.at}/.well-known/openid-configuration",
    }  # fmt: skip
    path = folder / "secrets.toml"
    path.write_text("[auth]\n" + "".join(f'{name} = "{value}"\n' for name, value in told.items()), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def host(provider: Provider, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("agency")
    db = store.open_store(folder / "store")
    administrator = actor_with("admin", "管理员", "Administrator", (Role.ADMINISTRATOR,))
    person = Account("wang", "王示例", "Wang", (Role.ANALYST,), outside="Wang@agency.example")
    accounts.enter(Desk(db, administrator, system_clock), person)
    db.close()
    with app(folder / "store", lambda port: [f"--secrets.files={_settings(provider, folder, port)}"]) as address:
        yield urlsplit(address).netloc


class Visitor:
    """A browser: keeps the app's cookies, and goes where it is sent."""

    def __init__(self, host: str) -> None:
        self.host, self.jar = host, {}

    def get(self, address: str) -> tuple[int, str, str]:
        """One request, to the app or to the provider; status, text and where it leads."""
        at = urlsplit(address)
        path = at.path + (f"?{at.query}" if at.query else "")
        told = {"Accept": "text/html", "Cookie": "; ".join(f"{name}={value}" for name, value in self.jar.items())}
        with closing(http.client.HTTPConnection(at.netloc or self.host, timeout=60)) as connection:
            connection.request("GET", path, headers=told)
            answer = connection.getresponse()
            text = answer.read().decode()
        for line in answer.headers.get_all("set-cookie") or ():
            name, _, rest = line.partition("=")
            self.jar[name] = rest.partition(";")[0].strip('"')
            if "max-age=0" in rest.lower():
                del self.jar[name]
        return answer.status, text, answer.headers.get("location", "")

    def vouched_for(self) -> None:
        """To the provider and back, up to the app's own first screen."""
        _, text, _ = self.get("/sign-in")
        to = unescape(re.search(r'href="(/auth/login[^"]*)"', text)[1])
        while urlsplit(to).path != "/":
            status, _, to = self.get(to)
            assert status in (302, 303, 307), (status, to)


def entered(visitor: Visitor) -> bool:
    """Whether the app lets the visitor in, by a session of its own."""
    visitor.get("/")
    return visitor.get("/")[0] == 200 and "desk_session" in visitor.jar


def test_whom_the_provider_vouches_for_signs_in_to_the_account_with_their_address(host: str, provider: Provider):
    visitor = Visitor(host)
    visitor.vouched_for()

    assert "_streamlit_user" in visitor.jar
    assert entered(visitor)
    assert not [name for name in visitor.jar if name.startswith("_streamlit_user")]


def test_what_the_provider_said_once_serves_once(host: str, provider: Provider):
    visitor, thief = Visitor(host), Visitor(host)
    visitor.vouched_for()
    thief.jar = dict(visitor.jar)

    assert entered(visitor)
    assert not entered(thief)


@pytest.mark.parametrize(
    ("email", "verified", "age"),
    [("nobody@agency.example", True, 0), ("wang@agency.example", False, 0), ("", True, 0), ("wang@agency.example", True, 900)],
    ids=["unknown here", "not verified", "no address", "long ago"],
)
def test_whom_it_cannot_vouch_for_stays_outside(host: str, provider: Provider, email: str, verified: bool, age: int):
    provider.email, provider.verified, provider.age = email, verified, age
    visitor = Visitor(host)
    try:
        visitor.vouched_for()
    finally:
        provider.email, provider.verified, provider.age = "wang@agency.example", True, 0

    assert not entered(visitor)


def test_a_cookie_of_the_providers_that_was_made_up_opens_nothing(host: str):
    visitor = Visitor(host)
    visitor.jar["_streamlit_user"] = "eyJlbWFpbCI6IndhbmdAYWdlbmN5LmV4YW1wbGUifQ.x.y"

    assert not entered(visitor)
