"""`python -m bench.lookup`: the public lookup under load, over a package of generated certificates.

The service has one core to itself, those who ask have the others; every connection asks again as soon as it is answered.
"""

import argparse
import asyncio
import hashlib
import json
import os
import random
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import polars as pl
import pyarrow.parquet as pq

from core.public.package import DATA, FIELDS, FULL, LATEST, MANIFEST, Manifest, folder_name

_PART = 500_000
_SURNAMES = np.array(list("王李张刘陈杨黄赵吴周徐孙马朱胡林郭何高罗"))
_GIVEN = np.array(list("伟芳娜秀敏静丽强磊军洋勇艳杰娟涛明超兰霞平刚桂文华玉红建国志海"))
_INSTITUTION = 1_000_000


def main() -> None:
    """Print the figures as a Markdown table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--certificates", type=int, default=1_000_000)
    parser.add_argument("--connections", type=int, default=32)
    parser.add_argument("--queries", type=int, default=30_000)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="desk-lookup-") as folder:
        write(Path(folder), asked.certificates)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        command = [sys.executable, "-m", "core.public", "--packages", folder, "--own", f"{folder}/own", "--port", str(port),
                   "--per-minute", str(10**9)]
        started = time.perf_counter()
        cores = sorted(os.sched_getaffinity(0))
        service = subprocess.Popen(  # nosec B603  # our own interpreter and module, no argument from outside
            command, preexec_fn=lambda: os.sched_setaffinity(0, cores[:1]), stderr=subprocess.DEVNULL
        )
        try:
            _wait(port, service)
            ready = time.perf_counter() - started
            os.sched_setaffinity(0, cores[1:] or cores)
            before = _worked(service.pid)
            seconds, taken = asyncio.run(_load(port, asked.certificates, asked.connections, asked.queries))
            worked, memory = _worked(service.pid) - before, _memory(service.pid)
        finally:
            service.terminate()
            service.wait(20)
    cut = statistics.quantiles(seconds, n=100)
    print("| figure | value |\n|---|---|")
    print(f"| {asked.certificates:,} certificates, {asked.connections} connections on one core: 95 of 100 answers within | {cut[94] * 1e3:.1f} ms |")
    print(f"| half of them within; 99 of 100 within | {cut[49] * 1e3:.1f} ms; {cut[98] * 1e3:.1f} ms |")
    print(f"| answers a second; the core's time for one | {len(seconds) / taken:,.0f}; {worked / len(seconds) * 1e3:.2f} ms |")
    print(f"| memory of the service, at most | {memory:,.0f} MB |")
    print(f"| laying the package out, from start to first answer | {ready:,.0f} s |")


def certificate(place: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The numbers and names of generated certificates at these places."""
    institution = (10001 + place // _INSTITUTION).astype(str)
    number = np.char.add(np.char.add(institution, "42025"), np.char.zfill((place % _INSTITUTION).astype(str), 6))
    name = np.char.add(_SURNAMES[place % 20], np.char.add(_GIVEN[place // 20 % _GIVEN.size], _GIVEN[place // 700 % _GIVEN.size]))
    return number, name


def write(root: Path, certificates: int) -> None:
    """Write a full package of so many generated certificates below a root, and release it."""
    folder = root / folder_name(1)
    folder.mkdir()
    data, writer = folder / DATA[FULL], None
    for start in range(0, certificates, _PART):
        place = np.arange(start, min(start + _PART, certificates))
        number, name = certificate(place)
        told = {
            "XWZSBH": number, "XM": name, "XB": np.where(place % 2, "男", "女"), "CSRQ": (20000101 + place % 28).astype(str),
            "XWSYDW": np.full(place.size, "示例大学"), "XWLB": np.full(place.size, "工学学士学位"),
            "ZYMC": np.full(place.size, "计算机科学与技术"), "ZSZYMC": None, "HXWRQ": np.full(place.size, "20250630"), "photo": None,
        }
        part = pl.DataFrame(told, schema_overrides=dict.fromkeys(FIELDS, pl.String)).select(FIELDS).to_arrow()
        writer = writer or pq.ParquetWriter(data, part.schema, compression="zstd", compression_level=1)
        writer.write_table(part, row_group_size=122_880)
    writer.close()
    with data.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    counts = [{"province": "11", "level": "4", "term": "2024-2", "records": certificates}]
    files = [{"name": data.name, "sha256": digest, "size": data.stat().st_size, "rows": certificates}]
    changes = {"add": certificates, "change": 0, "remove": 0}
    manifest = Manifest(1, FULL, "2026-06-01T00:00:00", {"version": 0}, certificates, changes, counts, files, 0, None)
    (folder / MANIFEST).write_bytes(manifest.written())
    (root / LATEST).write_text(folder.name)


def _wait(port: int, service: subprocess.Popen) -> None:
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            assert service.poll() is None, "the service stopped"
            time.sleep(0.1)


async def _load(port: int, certificates: int, connections: int, queries: int) -> tuple[list[float], float]:
    """Seconds each query took, and all of them; half ask for what is there, half with another's name."""
    chance = random.Random(119)  # nosec B311  # the same questions in each round
    place = np.array([chance.randrange(certificates) for _ in range(queries)])
    number, name = certificate(place)
    there = [bool(chance.getrandbits(1)) for _ in range(queries)]
    bodies = [
        json.dumps({"name": str(name[at]) if there[at] else str(name[at]) + "某", "number": str(number[at])}).encode()
        for at in range(queries)
    ]
    seconds: list[float] = []

    async def ask(mine: range) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for at in mine:
            body = bodies[at]
            head = f"POST /lookup HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
            started = time.perf_counter()
            writer.write(head.encode() + body)
            answer = await reader.readuntil(b"\r\n\r\n")
            length = int(answer.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
            told = json.loads(await reader.readexactly(length))
            seconds.append(time.perf_counter() - started)
            assert ("certificate" in told) == there[at], told
        writer.close()

    started = time.perf_counter()
    await asyncio.gather(*(ask(range(first, queries, connections)) for first in range(connections)))
    return seconds, time.perf_counter() - started


def _worked(pid: int) -> float:
    """Seconds of processor time a process has used."""
    told = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(told[11]) + int(told[12])) / os.sysconf("SC_CLK_TCK")


def _memory(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) / 1024


if __name__ == "__main__":
    main()
