"""不带个人信息的日志: from now on a fault is told by its kind and its places in the code, without its message, which may repeat what was filed.

For whole programs, in which libraries log and print faults of ours in their own ways. Must not know what they do.
"""

import logging
import sys
import threading
from types import TracebackType

from core.errors import where


def begin() -> None:
    """Keep messages of exceptions out of every log of this program and off its standard error."""
    usual = logging.getLogRecordFactory()

    def made(*told: object, **more: object) -> logging.LogRecord:
        record = usual(*told, **more)
        if record.exc_info and record.exc_info[0]:
            kind, _, trace = record.exc_info
            record.msg, record.args, record.exc_info = f"{record.getMessage()}: {where(kind, trace)}", (), None
        return record

    logging.setLogRecordFactory(made)
    sys.excepthook = _told
    threading.excepthook = lambda fault: _told(fault.exc_type, fault.exc_value, fault.exc_traceback)


def _told(kind: type[BaseException], fault: BaseException | None, trace: TracebackType | None) -> None:
    print(where(kind, trace), file=sys.stderr)
