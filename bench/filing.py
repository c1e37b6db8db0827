"""One large synthetic filing in the “姓名(XM)” layout as CSV, a chosen share of its rows dirty."""

from pathlib import Path

import numpy as np
import polars as pl

from core.record import LAYOUTS

_WEIGHTS = np.array([7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2])
_AREAS = np.array(["110101", "120101", "130102", "210102", "310101", "320102", "330102", "370102", "420102", "440103"])
_INSTITUTIONS = np.array(["10001", "10002", "10003", "10004", "10005", "10006", "10007", "10008", "10009", "10010"])
_SURNAMES = np.array(list("王李张刘陈杨黄赵吴周徐孙马朱胡林郭何高罗"))
_GIVEN = np.array(list("伟芳娜秀敏静丽强磊军洋勇艳杰娟涛明超兰霞平刚桂文华玉红建国志海"))
_FIRST_BIRTH = np.datetime64("2001-09-01")
_PART = 500_000


def write(path: Path, *, rows: int, dirty: float, seed: int = 1) -> None:
    """Write the filing. A dirty row has a wrong birth date; every third of them also lacks the president's name.

    Every million rows belong to the next institution, since six digits number no more.
    """
    random = np.random.default_rng(seed)
    with path.open("wb") as file:
        for start in range(0, rows, _PART):
            cells = part(np.arange(start, min(start + _PART, rows)), dirty, random)
            cells.write_csv(file, include_header=start == 0)


def part(number: np.ndarray, dirty: float, chance: np.random.Generator) -> pl.DataFrame:
    """Rows of these numbers, such a share of them dirty."""
    size = number.size
    born = np.char.replace((_FIRST_BIRTH + (number // 10) % 1000).astype(str), "-", "")
    sequence = (number // 10_000) % 1000
    body = np.char.add(np.char.add(_AREAS[number % 10], born), np.char.zfill(sequence.astype(str), 3))
    digits = np.frombuffer("".join(body).encode(), dtype=np.uint8).reshape(size, 17) - 48
    id_number = np.char.add(body, np.array(list("10X98765432"))[(digits @ _WEIGHTS) % 11])
    name = np.char.add(np.char.add(chance.choice(_SURNAMES, size), chance.choice(_GIVEN, size)),
                       chance.choice(_GIVEN, size))
    institution = _INSTITUTIONS[number // 999_999]
    serial = np.char.zfill((number % 999_999 + 1).astype(str), 6)
    wrong = chance.random(size) < dirty
    filled = {
        "XM": name, "XBM": np.where(sequence % 2 == 1, "1", "2"),
        "XB": np.where(sequence % 2 == 1, "男", "女"), "GBM": "156", "GB": "中国", "MZM": "01", "MZ": "汉族",
        "ZZMMM": "03", "ZZMM": "共青团员", "CSRQ": np.where(wrong, "19990101", born), "ZJLXM": "01",
        "ZJLX": "居民身份证", "ZJHM": id_number, "XWSYDWM": institution, "XWSYDW": "示例大学",
        "XZXM": np.where(wrong & (number % 3 == 0), "", "王示例"), "ZXXM": "李示例", "PYDWM": institution,
        "PYDW": "示例大学", "XWLBM": "408", "XWLB": "工学学士学位", "ZYDM": "080901", "ZYMC": "计算机科学与技术",
        "KSH": np.char.add("211101", np.char.zfill((number % 10**8).astype(str), 8)), "RXNY": "202109",
        "XH": np.char.add("2021", np.char.zfill(number.astype(str), 8)), "XZ": "4", "XXXSM": "1", "XXXS": "全日制",
        "BYNY": "202506", "HXWRQ": "20250630", "SFDEXW": "否", "SFFXXW": "否",
        "XWZSBH": np.char.add(np.char.add(institution, "42025"), serial), "JYBH": "示例学位〔2025〕3号",
        "ZP": np.char.add(id_number, ".jpg"), "YXDM": "001",
    }
    columns = {code: filled.get(code, "") for code in LAYOUTS["named"].codes}
    return pl.DataFrame(
        {code: cells if isinstance(cells, np.ndarray) else pl.repeat(cells, size, eager=True)
         for code, cells in columns.items()}
    )
