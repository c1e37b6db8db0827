"""A small writer of dBASE tables, byte for byte, so that tests can also write damaged ones."""

from collections.abc import Sequence
from pathlib import Path


def write_dbf(
    path: Path,
    fields: Sequence[tuple[str, str, int]],
    records: Sequence[Sequence[str | bytes]],
    *,
    encoding: str = "gb18030",
    deleted: Sequence[int] = (),
    driver: int = 0x4D,
) -> Path:
    """Write fields (name, type, bytes) and records; bytes cut a cell short, `deleted` marks records from 0."""
    start, length = 32 + 32 * len(fields) + 1, 1 + sum(size for _, _, size in fields)
    head = bytes([0x03, 14, 10, 13]) + len(records).to_bytes(4, "little")
    head += start.to_bytes(2, "little") + length.to_bytes(2, "little") + bytes(17) + bytes([driver]) + bytes(2)
    for name, kind, size in fields:
        head += name.encode("gb18030").ljust(11, b"\0") + kind.encode() + bytes(4) + bytes([size, 0]) + bytes(14)
    body = bytearray()
    for number, record in enumerate(records):
        body += b"*" if number in deleted else b" "
        for cell, (_, _, size) in zip(record, fields, strict=True):
            content = cell if isinstance(cell, bytes) else cell.encode(encoding)
            body += content[:size].ljust(size)
    path.write_bytes(head + b"\r" + body + b"\x1a")
    return path
