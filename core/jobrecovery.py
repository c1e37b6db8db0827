"""Jobs after the app has ended, however (任务恢复): those in the midst wait again, and folders no job needs go.

Must not know who carries a job out.
"""

import shutil
from datetime import datetime, timedelta

from core import jobs
from core.database import Database
from core.keeping import Keeping

MOST_ATTEMPTS = 3
"""How often a job is taken up again after the app ended in the midst of it."""

_INTERRUPTED = f"""
UPDATE job SET state = 'failed', ended_at = $at, sentence_zh = $zh, sentence_en = $en
WHERE state = 'running' AND attempts >= {MOST_ATTEMPTS}"""

_NEEDED = f"SELECT folder FROM job WHERE state = 'queued' OR ({jobs.KEEPS_FILES} AND ended_at > $since)"


def recover(db: Database, at: datetime, kept: timedelta = Keeping.jobs) -> list[int]:
    """After the app has ended, however: jobs found running wait again, files no job needs go, and those whose time is over
    (`kept` after a job failed or was cancelled, or a trial was done). Returns those that wait."""
    if not db.frame("SELECT 1 FROM job WHERE state = 'running' LIMIT 1").is_empty():
        with db.transaction() as tx:
            tx.run(
                _INTERRUPTED, at=at,
                zh="办理中程序多次中断，已停止重试。请联系系统管理员，或用命令行接收。",
                en="The program stopped several times during this job. Ask the administrator, or load by command line.",
            )
            tx.run("UPDATE job SET state = 'queued', started_at = NULL WHERE state = 'running'")
    needed = db.frame(_NEEDED, since=at - kept)
    for path in jobs.inbox(db).iterdir():
        if path.name not in set(needed["folder"]):
            shutil.rmtree(path)
    return db.frame("SELECT job_id FROM job WHERE state = 'queued' ORDER BY job_id")["job_id"].to_list()
