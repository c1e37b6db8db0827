"""The lookup started: `python -m core.public`, on 127.0.0.1:8600 unless told otherwise, behind a proxy on this machine.

Must not know the store: it is given a folder of packages, and a folder of its own.
"""

import argparse
import os
from pathlib import Path

import uvicorn

from core import quiet
from core.public.service import Lookup

HOME = Path(__file__).resolve().parents[2] / "data" / "var"


def main() -> None:
    """Serve until stopped; no access log is kept."""
    parser = argparse.ArgumentParser(prog="python -m core.public", description="学位证书查询 Degree certificate lookup")
    home = Path(os.environ.get("DESK_HOME", HOME))
    parser.add_argument("--packages", type=Path, default=home / "packages", help="数据包目录 folder of publication packages")
    parser.add_argument("--own", type=Path, default=home / "lookup", help="本服务自用目录 folder of its own")
    parser.add_argument("--port", type=int, default=8600)
    parser.add_argument("--per-minute", type=int, default=30, help="每个地址每分钟查询次数 lookups a minute for one address")
    parser.add_argument("--least-free", type=float, default=1, help="/health报警的磁盘余量（GB） GB free below which /health says 503")
    asked = parser.parse_args()
    lookup = Lookup(asked.packages, asked.own, per_minute=asked.per_minute, least_free=asked.least_free * 1e9)
    uvicorn.run(lookup.app, host="127.0.0.1", port=asked.port, access_log=False, server_header=False, ws="none")


if __name__ == "__main__":
    quiet.begin()
    main()
