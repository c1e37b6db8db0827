"""The way of large files over HTTP, by a real server and a real socket: what is taken, and what hostile senders get."""

import http.client
import json
import socket
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

import pytest
import uvicorn
from starlette.applications import Starlette

from pages._stream import ADDRESS, AWAITED, ROUTE

MOST = 200_000
PATIENCE = 20


@pytest.fixture(scope="module")
def host() -> Iterator[str]:
    """The route, served on this machine."""
    listening = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(Starlette(routes=[ROUTE]), log_level="warning", lifespan="off"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    yield f"127.0.0.1:{listening.getsockname()[1]}"
    server.should_exit = True
    thread.join(PATIENCE)
    listening.close()


def post(
    host: str, token: str | None, body: bytes | Iterable[bytes], *, name: str = "名单.csv", **headers: str | None
) -> tuple[int, dict[str, str]]:
    """Send a body as a page of this host would, or with other headers; what came of it, and what was said."""
    told = {"Origin": f"http://{host}", "X-Upload-Token": token, "X-Upload-Name": quote(name)}
    told |= {name.replace("_", "-"): value for name, value in headers.items()}
    with closing(http.client.HTTPConnection(host, timeout=PATIENCE)) as connection:
        connection.request("POST", ADDRESS, body, {name: value for name, value in told.items() if value is not None})
        answer = connection.getresponse()
        said = answer.read()
    return answer.status, json.loads(said) if said else {}


def settled(folder: Path) -> list[Path]:
    """What is left in the folder once the server has noticed what happened."""
    until = time.monotonic() + PATIENCE
    while list(folder.iterdir()) and time.monotonic() < until:
        time.sleep(0.02)
    return list(folder.iterdir())


def test_a_file_is_taken_as_it_was_sent(host: str, tmp_path: Path):
    token, content = AWAITED.expect(tmp_path, MOST), bytes(range(256)) * 700

    assert post(host, token, content) == (204, {})

    arrival = AWAITED.take(token)
    assert arrival.path.read_bytes() == content
    assert arrival.name == "名单.csv"


def test_a_body_of_unknown_length_is_taken_too(host: str, tmp_path: Path):
    token = AWAITED.expect(tmp_path, MOST)

    assert post(host, token, iter([b"one", b"two"]))[0] == 204

    assert AWAITED.take(token).path.read_bytes() == b"onetwo"


@pytest.mark.parametrize("token", [None, "", "guessed"])
def test_without_the_screens_token_nothing_is_taken(host: str, tmp_path: Path, token: str | None):
    AWAITED.expect(tmp_path, MOST)

    status, said = post(host, token, b"one")

    assert status == 403
    assert "请回到“接收报送”页" in said["zh"]
    assert "choose the file again" in said["en"]
    assert list(tmp_path.iterdir()) == []


def test_a_token_serves_once(host: str, tmp_path: Path):
    token = AWAITED.expect(tmp_path, MOST)

    assert [post(host, token, body)[0] for body in (b"one", b"two")] == [204, 403]

    assert AWAITED.take(token).path.read_bytes() == b"one"


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://elsewhere.example"}, {"Origin": None}, {"Origin": "null"}, {"Sec_Fetch_Site": "cross-site"},
        {"Sec_Fetch_Site": "same-site"}, {"Sec_Fetch_Site": "none"}, {"Origin": "http://127.0.0.1:1"},
        {"Origin": None, "Host": ""},
    ],
    ids=str,
)  # fmt: skip
def test_a_request_another_site_makes_is_refused_and_spoils_nothing(host: str, tmp_path: Path, headers: dict[str, str | None]):
    token = AWAITED.expect(tmp_path, MOST)

    assert post(host, token, b"one", **headers)[0] == 403

    assert list(tmp_path.iterdir()) == []
    assert post(host, token, b"one", Origin=None, Sec_Fetch_Site="same-origin")[0] == 204


def test_another_site_is_not_told_that_it_may_ask(host: str):
    asked = {"Origin": "http://elsewhere.example", "Access-Control-Request-Headers": "x-upload-token"}
    with closing(http.client.HTTPConnection(host, timeout=PATIENCE)) as connection:
        connection.request("OPTIONS", ADDRESS, headers=asked | {"Access-Control-Request-Method": "POST"})
        answer = connection.getresponse()

    assert answer.status == 405
    assert not [name for name, _ in answer.getheaders() if name.lower().startswith("access-control")]


@pytest.mark.parametrize("body", [b"x" * (MOST + 1), [b"x" * 60_000] * 4], ids=["told", "untold"])
def test_a_body_over_the_limit_is_refused_and_not_kept(host: str, tmp_path: Path, body: bytes | list[bytes]):
    token = AWAITED.expect(tmp_path, MOST)

    status, said = post(host, token, body)

    assert status == 413
    assert said["zh"].startswith("文件超过0.2 MB")
    assert settled(tmp_path) == []


def test_a_full_disk_is_told(host: str, tmp_path: Path):
    token = AWAITED.expect(tmp_path, 10**18)

    status, said = post(host, token, b"", Content_Length=str(10**17))

    assert status == 507
    assert said["zh"].startswith("服务器磁盘已满")
    assert said["en"].startswith("The server's disk is full")
    assert settled(tmp_path) == []


def test_a_body_that_breaks_off_leaves_nothing(host: str, tmp_path: Path):
    token = AWAITED.expect(tmp_path, MOST)
    address, port = host.split(":")
    head = f"POST {ADDRESS} HTTP/1.1\r\nHost: {host}\r\nOrigin: http://{host}\r\nX-Upload-Token: {token}\r\nContent-Length: 1000\r\n\r\n"
    with socket.create_connection((address, int(port))) as sender:
        sender.sendall(head.encode() + b"x" * 999)
        until = time.monotonic() + PATIENCE
        while not list(tmp_path.iterdir()) and time.monotonic() < until:
            time.sleep(0.02)
        assert AWAITED.of(token).coming

    assert settled(tmp_path) == []
    assert AWAITED.of(token).refusal.zh.startswith("上传中断")
    assert post(host, token, b"one")[0] == 403


@pytest.mark.parametrize("name", ["../../../etc/passwd", "..\\..\\desk.duckdb", "/root/x.csv", "%2e%2e%2fx.csv", "x\r\nSet-Cookie: a=b.csv"])
def test_tricks_in_a_name_lead_nowhere(host: str, tmp_path: Path, name: str):
    inner = tmp_path / "store" / "work"
    inner.mkdir(parents=True)
    token = AWAITED.expect(inner, MOST)

    assert post(host, token, b"one", name=name)[0] == 204

    arrival = AWAITED.take(token)
    assert not set("/\\\r\n") & set(arrival.name)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == [arrival.path]
