"""The command line: `python -m core check|load|approve|return|publish|package|verify-package|feedback|demo`.

`check` and `verify-package` need no store. Sentences are Chinese unless the locale (LANG) is English.
"""

import argparse
import os
import sys
from collections.abc import Callable
from pathlib import Path

from core import commands, disk, public_commands, reading, store
from core.commands import REFUSED, say
from core.errors import CentreError
from core.vocabulary import Category


def main(arguments: list[str] | None = None) -> int:
    """Run one command and return its exit code."""
    asked = _parser().parse_args(arguments)
    try:
        with disk.told_when_full():
            return asked.run(asked)
    except CentreError as refusal:
        print(say(refusal.zh, refusal.en), file=sys.stderr)
        return REFUSED


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m core", description="学位证书信息管理 Degree Certificate Desk")
    parser.add_argument("--home", type=Path, default=Path(os.environ.get("DESK_HOME", store.HOME)),
                        help="数据目录 folder of the store")
    subparsers = parser.add_subparsers(required=True, metavar="COMMAND")

    def command(name: str, run: Callable[[argparse.Namespace], int]) -> argparse.ArgumentParser:
        added = subparsers.add_parser(name, help=run.__doc__, description=run.__doc__)
        added.set_defaults(run=run)
        return added

    for name, run in (("check", commands.check), ("load", commands.load)):
        added = command(name, run)
        added.add_argument("file", type=Path)
        added.add_argument("--term", help="学期 2024-2 = 1 Mar – 31 Aug 2025")
        added.add_argument("--institution", help="学位授予单位码 institution code, five digits")
        added.add_argument("--category", help=f"报送类别 {', '.join(Category)}")
        added.add_argument("--encoding", help="字符编码 " + ", ".join(reading.ENCODINGS))
        added.add_argument("--layout", help="报送格式 dbf34, named, new27")
        if name == "check":
            added.add_argument("--out", type=Path, help="问题清单CSV findings as CSV")
        else:
            added.add_argument("--supplement", action="store_true", help="补报 late supplement")
            added.add_argument("--reason", help="补报理由 why the supplement is late")
            added.add_argument("--consent", help="省级同意补报文号 number of the province's consent")
            added.add_argument("--consented-on", help="同意日期 day of the consent, YYYY-MM-DD")
            added.add_argument("--resolution", help="决议编号 number of the degree committee's resolution")
            added.add_argument("--resolved-on", help="决议日期 day of the resolution, YYYY-MM-DD")
            added.add_argument("--listed", type=int, help="决议名单人数 names in its list")
            added.add_argument("--attached", action=argparse.BooleanOptionalAction, help="是否附决议扫描件 whether a scan of it came")
            added.add_argument("--photos", type=Path, help="照片文件夹或压缩包 photos, a folder or zip")
    added = command("approve", commands.approve)
    added.add_argument("filing", type=int)
    added.add_argument("--date", required=True, help="YYYY-MM-DD")
    added.add_argument("--document", required=True, help="审核文号 document number")
    added = command("return", commands.send_back)
    added.add_argument("filing", type=int)
    added.add_argument("--reason", required=True)
    added = command("publish", commands.publish)
    added.add_argument("term")
    added.add_argument("--count", type=int, help="确认条数 the number of records, to confirm")
    added = command("package", public_commands.package)
    added.add_argument("--full", action="store_true", help="变更包之后再打一个全量包 a full package too, after the delta")
    added.add_argument("--photos", action="store_true", help="附照片文件 with the photos' files")
    command("verify-package", public_commands.verify_package).add_argument("folder", type=Path, metavar="DIR")
    added = command("feedback", commands.send_feedback)
    added.add_argument("term")
    added.add_argument("--out", type=Path, required=True, help="zip")
    added = command("demo", commands.demo)
    added.add_argument("--records", type=int, default=20_000)
    added.add_argument("--seed", type=int, default=1)
    added.add_argument("--if-empty", action="store_true", help="已有数据时不做 only when there is nothing yet")
    return parser


if __name__ == "__main__":
    sys.exit(main())
