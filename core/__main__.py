"""The command line: `python -m core check|load|approve|return|publish|release|package|feedback|revoke|takedown|audit|backup|tidy|demo`…

`check` and `verify-package` need no store. Sentences are Chinese unless the locale (LANG) is English.
"""

import argparse
import os
import sys
from collections.abc import Callable
from pathlib import Path

from core import (
    answer_commands,
    audit_commands,
    commands,
    disk,
    feedback_commands,
    offline_commands,
    photo_commands,
    public_commands,
    quiet,
    reading,
    recovery_commands,
    retention_commands,
    revocation_commands,
    store,
)
from core.commands import REFUSED, say
from core.errors import CentreError
from core.revocation import Kind
from core.vocabulary import Category, CorrectionReason


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
    added = command("photos", photo_commands.photos)
    added.add_argument("photos", type=Path, help="照片文件夹、压缩包或一张照片 a folder, a zip or one picture")
    added.add_argument("--term", required=True, help="学期 2024-2 = 1 Mar – 31 Aug 2025")
    added.add_argument("--institution", required=True, help="学位授予单位码 institution code, five digits")
    added.add_argument("--out", type=Path, help="未收照片清单CSV photos not taken, as CSV")
    added = command("approve", commands.approve)
    added.add_argument("filing", type=int)
    added.add_argument("--date", required=True, help="YYYY-MM-DD")
    added.add_argument("--document", required=True, help="审核文号 document number")
    added = command("return", commands.send_back)
    added.add_argument("filing", type=int)
    added.add_argument("--reason", required=True)
    added = command("publish", public_commands.publish)
    added.add_argument("term", help="学期或月份 semester or month: 2024-2, 2025-09")
    added.add_argument("--freeze", action="store_true", help="冻结为上网批次 freeze it as a run")
    added = command("release", public_commands.release)
    added.add_argument("run_id", type=int, metavar="RUN")
    added.add_argument("--count", type=int, required=True, help="确认条数 the number of records that go, to confirm")
    added = command("package", public_commands.package)
    added.add_argument("--full", action="store_true", help="变更包之后再打一个全量包 a full package too, after the delta")
    added.add_argument("--photos", action="store_true", help="附照片文件 with the photos' files")
    command("verify-package", public_commands.verify_package).add_argument("folder", type=Path, metavar="DIR")
    added = command("feedback", feedback_commands.send_feedback)
    added.add_argument("term", help="学期或月份 semester or month: 2024-2, 2025-12")
    added.add_argument("--out", type=Path, required=True, help="zip")
    added = command("answer", answer_commands.answer)
    added.add_argument("file", type=Path, help="送回的反馈表，或更正文件 a returned feedback workbook, or a file of corrected records")
    added.add_argument("--institution", help="更正文件的学位授予单位码 institution code, for a file of corrected records")
    added.add_argument("--requester", required=True, help="单位经办人 who at the institution answers")
    added.add_argument("--why", choices=[str(each) for each in CorrectionReason], default="typing", help="更正原因 why it is corrected")
    added.add_argument("--evidence", type=Path, action="append", default=[], help="证明材料扫描件，可重复 scan that proves it; may be repeated")
    added.add_argument("--number", default="", help="书面说明文号 number of the explanation")
    added.add_argument("--dated", help="说明日期 its date, YYYY-MM-DD")
    added.add_argument("--copied", help="抄报日期 day it was copied to the province, YYYY-MM-DD")
    added.add_argument("--out", type=Path, help="回执XLSX receipt as XLSX")
    added = command("revoke", revocation_commands.revoke)
    added.add_argument("kind", choices=[str(kind) for kind in Kind], help="撤销学位degree，撤销备案filing")
    added.add_argument("list", type=Path, help="每行一个学位证书编号 certificate numbers, one a line; # and a record's number")
    added.add_argument("--institution", required=True, help="报送单位代码 institution code, five digits")
    added.add_argument("--requester", required=True, help="申请人 who asks for it")
    added.add_argument("--decision", help="撤销学位决议文号 number of the decision")
    added.add_argument("--effective", help="决议生效日期 day it takes effect, YYYY-MM-DD")
    added.add_argument("--received", help="收到日期 day it was received, today unless told, YYYY-MM-DD")
    added.add_argument("--reason", help="理由 reason")
    added.add_argument("--paper", type=Path, help="决议或申请扫描件 scan of the decision or request, PDF or JPG")
    added = command("takedown", offline_commands.take_down)
    added.add_argument("--list", type=Path, help="每行一个学位证书编号 certificate numbers, one a line")
    for name, told in (("term", "学期 2024-2"), ("province", "省份代码 province code"), ("institution", "单位代码 institution code"),
                       ("level", "学位级别 level: 2, 3, 4")):
        added.add_argument(f"--{name}", help=told)
    added.add_argument("--rule", required=True, help="发现不符的检查项 the check they are found to break")
    added.add_argument("--reason", required=True, help="理由 reason")
    added.add_argument("--count", type=int, help="确认条数 the number of records, to confirm")
    added = command("putback", offline_commands.put_back)
    added.add_argument("number", type=int, help="撤下号 number of the take-down")
    added.add_argument("--reason", help="提出恢复的理由；由另一账号确认时不填 why it is proposed; none to confirm what another account proposed")
    added.add_argument("--count", type=int, help="确认条数 the number of records, to confirm")
    added = command("audit", audit_commands.look)
    added.add_argument("--quick", action="store_true", help="不逐个核对文件内容 without reading every file")
    command("tidy", retention_commands.tidy)
    for name, run in (("backup", recovery_commands.back_up), ("verify", recovery_commands.verify)):
        added = command(name, run)
        added.add_argument("--backups", type=Path, help="备份目录，默认 DESK_BACKUPS 或数据目录下 backups folder of the backups")
        if name == "verify":
            added.add_argument("--number", type=int, help="备份号，默认最后一份 number of the backup, the last unless told")
    added = command("restore", recovery_commands.restore)
    added.add_argument("backups", type=Path, help="备份目录 folder of the backups")
    added.add_argument("--number", type=int, help="备份号，默认最后一份 number of the backup, the last unless told")
    command("rekey", recovery_commands.rekey)
    added = command("demo", commands.demo)
    added.add_argument("--records", type=int, default=20_000)
    added.add_argument("--seed", type=int, default=1)
    added.add_argument("--if-empty", action="store_true", help="已有数据时不做 only when there is nothing yet")
    return parser


if __name__ == "__main__":
    quiet.begin()
    sys.exit(main())
