"""The running app under attack, over HTTP and WebSocket: nothing is shown, taken or changed by whoever has not signed in."""

import http.client
import json
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.exceptions import InvalidStatus
from websockets.sync.client import ClientConnection, connect

from core import store
from core.demo import staff
from tests.browser.conftest import app
from tests.builders import a_desk, a_filing, people
from tests.pages.test_access import TABLE

PATIENCE = 60
ASSETS = (
    "/_stcore/host-config", "/_stcore/stream", "/_stcore/metrics", "/media/0a1b2c.csv", "/component/x", "/static/index.html",
    "/_stcore/bidi-components/uploader/index.js", "/api/upload", "/password", "/no-such-thing", "//sign-in", "/sign-in/../queue",
    "/sign-in/", "/%73ign-in/x", "/_stcore/health/../metrics", "/auth/logout",
)  # fmt: skip


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("attacked")
    desk = a_desk(folder)
    a_filing(desk, people(3))
    desk.db.close()
    return folder / "store"


@pytest.fixture(scope="module")
def host(home: Path) -> Iterator[str]:
    """The app as it is started, with the demo's accounts."""
    with app(home) as address:
        yield urlsplit(address).netloc


def ask(
    host: str, path: str, method: str = "GET", body: bytes | None = None, **headers: str | None
) -> tuple[int, str, Mapping[str, str]]:
    """One request as a browser on a page of this host would make it, or with other headers; status, text and headers."""
    told = {"Accept": "text/html", "Origin": f"http://{host}"} | {key.replace("_", "-"): value for key, value in headers.items()}
    with closing(http.client.HTTPConnection(host, timeout=PATIENCE)) as connection:
        connection.request(method, path, body, {name: value for name, value in told.items() if value is not None})
        answer = connection.getresponse()
        return answer.status, answer.read().decode("utf-8", "replace"), dict(answer.getheaders())


def sign_in(host: str, name: str, password: str = staff.PASSWORD, **headers: str | None) -> tuple[int, str]:
    """What comes of giving name and password: the status, and the cookie handed out."""
    form = urlencode({"name": name, "password": password, "next": "/"}).encode()
    kind = {"Content_Type": "application/x-www-form-urlencoded"}
    status, _, told = ask(host, "/sign-in", "POST", form, **kind, **headers)
    return status, told.get("set-cookie", "").partition(";")[0]


@pytest.fixture(scope="module")
def cookie(host: str) -> str:
    """Of somebody signed in."""
    status, held = sign_in(host, "operator")
    assert status == 303
    return held


def screen(host: str, page: str = "", **headers: str) -> ClientConnection:
    """The connection behind a screen."""
    told = {"Origin": f"http://{host}"} | {name.replace("_", "-"): value for name, value in headers.items()}
    origin = told.pop("Origin")
    return connect(
        f"ws://{host}/_stcore/stream", additional_headers=told, origin=origin or None, subprotocols=["streamlit"],
        max_size=None, open_timeout=PATIENCE,
    )  # fmt: skip


def shown(connection: ClientConnection) -> str:
    """Run the first screen; everything it sends, as text."""
    asked = BackMsg()
    asked.rerun_script.query_string = ""
    connection.send(asked.SerializeToString())
    said = []
    while True:
        message = ForwardMsg.FromString(connection.recv(PATIENCE))
        said.append(str(message.SerializeToString().decode("utf-8", "replace")))
        if message.WhichOneof("type") == "script_finished":
            return " ".join(said)


@pytest.mark.parametrize("path", [*(f"/{name}" for name in TABLE), "/", "/record?record_id=1", "/queue?rule=I01"])
def test_a_screen_asked_for_signed_out_leads_to_the_door_and_shows_nothing(host: str, path: str):
    status, text, told = ask(host, path)

    assert (status, text) == (303, "")
    assert told["location"].startswith("/sign-in?next=")


@pytest.mark.parametrize("path", ASSETS)
def test_nothing_else_is_handed_to_anybody_either(host: str, path: str):
    status, text, _ = ask(host, path, Accept="*/*")

    assert (status, text) == (401, "Unauthorized")


def test_a_monitor_asks_how_the_store_is_without_signing_in_and_is_told_nothing_of_what_is_in_it(host: str):
    status, text, headers = ask(host, "/health")

    told = json.loads(text)
    assert status == (200 if told["ok"] else 503)
    assert (headers["content-type"], headers["cache-control"]) == ("application/json", "no-store")
    assert set(told["checks"]) == {"store", "schema", "disk", "jobs", "backup", "audit"}
    assert not any(isinstance(value, str) for each in told["checks"].values() for value in each.values())
    assert ask(host, "/health", "POST")[0] == 405


def test_whoever_is_signed_in_gets_the_app_after_every_reload(host: str, cookie: str):
    assert [ask(host, path, Cookie=cookie)[0] for path in ("/", "/queue", "/", "/_stcore/host-config")] == [200] * 4


@pytest.mark.parametrize(
    "forged", ["desk_session=x", "desk_session=", "desk_session=aaaa.bbbb", "other=1", "_streamlit_user=x; desk_session=."]
)
def test_a_forged_cookie_opens_nothing(host: str, forged: str):
    assert ask(host, "/queue", Cookie=forged)[0] == 303
    with pytest.raises(InvalidStatus):
        screen(host, Cookie=forged)


def test_a_cookie_with_one_character_changed_opens_nothing(host: str, cookie: str):
    spoilt = cookie[:-1] + ("0" if cookie[-1] != "0" else "1")

    assert ask(host, "/", Cookie=spoilt)[0] == 303


def test_headers_that_claim_who_one_is_open_nothing_signed_out(host: str, home: Path, cookie: str):
    with closing(sqlite3.connect(home / "sign-in.sqlite")) as kept:
        handle = kept.execute("SELECT handle FROM session WHERE account = 'operator'").fetchone()[0]
    for name in ("X-Desk-Session", "x-desk-session", "X-Forwarded-User", "Remote-User", "X-Auth-Request-User"):
        assert ask(host, "/", **{name: handle})[0] == 303
        with pytest.raises(InvalidStatus):
            screen(host, **{name: handle})


def test_headers_that_claim_to_be_somebody_else_are_thrown_away(host: str, home: Path, cookie: str):
    _, theirs = sign_in(host, "administrator")
    with closing(sqlite3.connect(home / "sign-in.sqlite")) as kept:
        handle = kept.execute("SELECT handle FROM session WHERE account = 'administrator'").fetchone()[0]

    with screen(host, Cookie=cookie, **{"X-Desk-Session": handle}) as connection:
        said = shown(connection)

    assert theirs and "数据员" in said and "系统管理员" not in said


def test_a_connection_without_a_session_or_from_another_site_is_refused(host: str, cookie: str):
    for headers in ({}, {"Cookie": cookie, "Origin": "http://elsewhere.example"}, {"Cookie": cookie, "Origin": ""}):
        with pytest.raises(InvalidStatus) as refused:
            screen(host, **headers)
        assert refused.value.response.status_code == 403


def test_after_signing_out_a_replayed_cookie_and_an_open_screen_show_nothing(host: str, home: Path):
    _, held = sign_in(host, "publisher")
    with screen(host, Cookie=held) as connection:
        assert "发布员" in shown(connection)

        with closing(sqlite3.connect(home / "sign-in.sqlite")) as kept, kept:
            kept.execute("DELETE FROM session WHERE account = 'publisher'")  # what signing out does
        said = shown(connection)

    assert "请重新登录" in said and "发布员" not in said
    assert ask(host, "/", Cookie=held)[0] == 303


@pytest.mark.parametrize("headers", [
    {"Origin": "http://elsewhere.example"}, {"Origin": None}, {"Origin": "null"}, {"Sec_Fetch_Site": "cross-site"},
    {"Sec_Fetch_Site": "same-site"}, {"Host": "elsewhere.example"},
], ids=str)  # fmt: skip
def test_what_another_site_posts_is_refused(host: str, cookie: str, headers: dict[str, str | None]):
    assert sign_in(host, "operator", **headers)[0] == 403
    assert ask(host, "/password", "POST", b"password=x", Cookie=cookie, **headers)[0] == 403
    assert ask(host, "/api/upload", "POST", b"x", Cookie=cookie, **headers)[0] == 403


def test_a_session_given_before_signing_in_is_not_taken_over(host: str):
    planted = "desk_session=planted.planted"

    _, first = sign_in(host, "keeper", Cookie=planted)
    _, second = sign_in(host, "keeper", Cookie=first)

    assert len({planted, first, second}) == 3
    assert [ask(host, "/", Cookie=held)[0] for held in (planted, first, second)] == [303, 303, 200]


def test_the_cookie_is_kept_from_scripts_and_other_sites(host: str):
    form = urlencode({"name": "analyst", "password": staff.PASSWORD}).encode()
    _, _, told = ask(host, "/sign-in", "POST", form, Content_Type="application/x-www-form-urlencoded")

    words = told["set-cookie"].lower()
    assert "httponly" in words and "samesite=strict" in words and "path=/" in words


def test_over_tls_the_cookie_is_for_this_host_and_tls_alone_and_browsers_are_told_to_keep_to_it(host: str):
    form = urlencode({"name": "analyst", "password": staff.PASSWORD}).encode()
    proxied = {"Origin": f"https://{host}", "X_Forwarded_Proto": "https"}
    _, _, told = ask(host, "/sign-in", "POST", form, Content_Type="application/x-www-form-urlencoded", **proxied)

    held, _, words = told["set-cookie"].partition(";")
    assert held.startswith("__Host-desk_session=") and "secure" in words.lower() and "domain" not in words.lower()
    assert told["strict-transport-security"] == "max-age=31536000; includeSubDomains"
    assert ask(host, "/", Cookie=held, **proxied)[0] == 200
    with screen(host, Cookie=held, **proxied) as connection:
        assert "分析员" in shown(connection)
    assert ask(host, "/", Cookie=held.removeprefix("__Host-"), **proxied)[0] == 303
    assert "strict-transport-security" not in ask(host, "/sign-in")[2]


@pytest.mark.parametrize("onward", ["//elsewhere.example", "https://elsewhere.example", "/\\elsewhere.example", "/a\r\nX: y", "javascript:1"])
def test_signing_in_leads_to_no_other_site(host: str, onward: str):
    form = urlencode({"name": "enquiry", "password": staff.PASSWORD, "next": onward}).encode()

    status, _, told = ask(host, "/sign-in", "POST", form, Content_Type="application/x-www-form-urlencoded")

    assert (status, told["location"]) == (303, "/")


def test_guessing_a_password_comes_to_an_end_and_says_nothing_of_who_there_is(host: str):
    known = [ask(host, "/sign-in", "POST", urlencode({"name": "secrecy", "password": f"guess {n}"}).encode())[:2] for n in range(6)]
    nobody = [ask(host, "/sign-in", "POST", urlencode({"name": "nobody", "password": f"guess {n}"}).encode())[:2] for n in range(6)]

    assert [status for status, _ in known] == [status for status, _ in nobody] == [403] * 5 + [429]
    assert "账号或口令不对，或账号已停用" in known[0][1] and "账号或口令不对，或账号已停用" in nobody[0][1]
    assert sign_in(host, "secrecy")[0] == 429


def test_a_refused_sign_in_is_on_record_and_what_was_typed_for_a_name_is_not(tmp_path: Path):
    with app(tmp_path / "store") as address:
        for name in ("operator", "my password by mistake"):
            assert sign_in(urlsplit(address).netloc, name, "wrong")[0] == 403

    with closing(store.open_store(tmp_path / "store")) as db:
        told = db.frame("SELECT actor, subject_id IS NULL AS nobody, note FROM act WHERE event = 'sign_in_refused' ORDER BY act_id")
    assert told.rows() == [("operator", False, "127.0.0.1"), ("nobody", True, "127.0.0.1")]


def test_a_trace_is_answered_to_nobody(host: str, cookie: str):
    for path in ("/sign-in", "/", "/_stcore/health"):
        assert ask(host, path, "TRACE", Cookie=cookie)[0] in (403, 405)


@pytest.mark.parametrize("path", [
    "/media/../desk.duckdb", "/media/%2e%2e/desk.duckdb", "/media/..%2f..%2fetc%2fpasswd", "/media//etc/passwd", "/static/../../dashboard.py",
    "/static/..%5c..%5cdashboard.py", "/component/uploader/../../../dashboard.py", "/_stcore/bidi-components/uploader/../../../dashboard.py",
    "/app/static/../dashboard.py", "/desk.duckdb", "/.streamlit/secrets.toml",
])  # fmt: skip
def test_no_path_leads_out_of_what_is_served(host: str, cookie: str, path: str):
    status, text, _ = ask(host, path, Cookie=cookie, Accept="*/*")

    assert status in (200, 400, 403, 404)
    assert not [secret for secret in ("root:", "import streamlit", "DUCK", "cookie_secret") if secret in text]
    assert status != 200 or "<title>Streamlit</title>" in text  # the app's own page, which is all an unknown path gets


@pytest.mark.parametrize(("path", "length"), [("/sign-in", 64_001), ("/password", 10**9), ("/_stcore/upload_file/a/b", 60 * 1024**2)])
def test_a_body_larger_than_it_may_be_is_refused_before_it_is_read(host: str, cookie: str, path: str, length: int):
    assert ask(host, path, "POST", b"", Cookie=cookie, Content_Length=str(length))[0] == 413


def test_a_body_of_no_told_length_is_cut_off(host: str, cookie: str):
    told = {"Origin": f"http://{host}", "Cookie": cookie, "Content-Type": "application/x-www-form-urlencoded"}
    with closing(http.client.HTTPConnection(host, timeout=PATIENCE)) as connection:
        connection.request("POST", "/sign-in", iter([b"name=" + b"x" * 60_000, b"y" * 60_000]), told)
        with pytest.raises((http.client.HTTPException, ConnectionError)):
            answer = connection.getresponse()
            assert answer.status >= 400
            raise ConnectionError


def test_pages_tell_browsers_to_keep_nothing_and_frame_nothing(host: str, cookie: str):
    for path in ("/sign-in", "/", "/password"):
        _, _, told = ask(host, path, Cookie=cookie)
        assert "frame-ancestors 'none'" in told["content-security-policy"]
        assert (told["x-content-type-options"], told["cache-control"]) == ("nosniff", "no-store")
        assert told["referrer-policy"] == "same-origin"
        assert told.get("content-type", "text/html; charset=utf-8") == "text/html; charset=utf-8"  # a redirect has none
        assert "access-control-allow-origin" not in told
