"""The public lookup as it really runs: a process of its own over a folder of packages."""

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

ROOT = Path(__file__).parents[1]
FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True)
class Answer:
    """What the service said: status, headers by lower-case name, body."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def told(self) -> dict[str, object]:
        """The body as JSON."""
        return json.loads(self.body)

    @property
    def text(self) -> str:
        """The body as text."""
        return self.body.decode()


@dataclass(frozen=True)
class Service:
    """A running lookup."""

    port: int
    log: Path

    def ask(self, method: str, path: str, body: bytes | None = None, **headers: str) -> Answer:
        """One request on a connection of its own."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request(method, path, body, named)
        answer = connection.getresponse()
        told = Answer(answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read())
        connection.close()
        return told

    def lookup(self, name: object, number: object, **headers: str) -> Answer:
        """Ask the JSON address."""
        return self.ask("POST", "/lookup", json.dumps({"name": name, "number": number}).encode(),
                        Content_Type="application/json", **headers)

    def form(self, name: str, number: str, language: str = "zh") -> Answer:
        """Fill in the page."""
        return self.ask("POST", f"/?lang={language}", urlencode({"name": name, "number": number}).encode(), Content_Type=FORM)

    def wait_for(self, package: int) -> None:
        """Wait until a package answers."""
        until = time.monotonic() + 60
        while self.lookup("某", "0").told.get("package") != package:
            assert time.monotonic() < until, self.log.read_text()
            time.sleep(0.05)


@contextmanager
def a_service(packages: Path, own: Path, *more: str, per_minute: int = 1_000_000) -> Iterator[Service]:
    """The lookup over a folder of packages, on a port of its own; `more` is what else it is told."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "core.public", "--packages", str(packages), "--own", str(own), "--port", str(port),
               "--per-minute", str(per_minute), *more]
    with _serving(command, port, own.with_suffix(".log")) as service:
        yield service


@contextmanager
def as_made(home: Path) -> Iterator[Service]:
    """The lookup as `make lookup` starts it, over a home with packages: on port 8600."""
    with socket.socket() as free:
        free.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        free.bind(("127.0.0.1", 8600))
    with _serving(["make", "lookup", f"HOME_DIR={home}", f"VENV={sys.prefix}"], 8600, home / "lookup.log") as service:
        yield service


@contextmanager
def _serving(command: list[str], port: int, log: Path) -> Iterator[Service]:
    with log.open("wb") as written:
        process = subprocess.Popen(
            command, cwd=ROOT, stdout=written, stderr=written, env=os.environ | {"PYTHONUTF8": "1"}, start_new_session=True
        )
        try:
            until = time.monotonic() + 60
            while True:
                try:
                    socket.create_connection(("127.0.0.1", port), timeout=1).close()
                    break
                except OSError:
                    assert process.poll() is None and time.monotonic() < until, log.read_text()
                    time.sleep(0.05)
            yield Service(port, log)
        finally:
            os.killpg(process.pid, signal.SIGTERM)
            assert process.wait(20) in (0, -15)
