"""Known weaknesses of packages (tests/advisories.csv): written from a copy of the PyPA advisory database, asked of a version.

`python -m tests.advisories FOLDER` writes the table anew from a clone of github.com/pypa/advisory-database (CC BY 4.0).
"""

import csv
import re
import sys
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from packaging.version import InvalidVersion, Version

TABLE = Path(__file__).with_name("advisories.csv")
_HEAD = ("package", "advisory", "published", "introduced", "fixed", "last")


def of(package: str, version: str) -> list[str]:
    """The advisories that a version of a package is affected by."""
    asked = Version(version)
    return sorted({
        line["advisory"] for line in _table().get(plain(package), ())
        if Version(line["introduced"] or "0") <= asked
        and not (line["fixed"] and asked >= Version(line["fixed"])) and not (line["last"] and asked > Version(line["last"]))
    })


def plain(package: str) -> str:
    """A package's name as the index spells it (PEP 503)."""
    return re.sub(r"[-_.]+", "-", package).lower()


def newest() -> str:
    """The day of the newest advisory in the table."""
    return max(line["published"] for lines in _table().values() for line in lines)


@cache
def _table() -> dict[str, list[dict[str, str]]]:
    found: dict[str, list[dict[str, str]]] = {}
    with TABLE.open(encoding="utf-8", newline="") as file:
        for line in csv.DictReader(file):
            found.setdefault(line["package"], []).append(line)
    return found


def _lines(told: Mapping[str, Any]) -> Iterator[tuple[str, ...]]:
    """An advisory as lines of the table, one for each stretch of versions."""
    for affected in told.get("affected", ()):
        about = plain(affected["package"]["name"]), told["id"], str(told.get("published") or told["modified"])[:10]
        stretches = [each["events"] for each in affected.get("ranges", ()) if each["type"] == "ECOSYSTEM"]
        for events in stretches:
            introduced = "0"
            for event in events:
                if "introduced" in event:
                    introduced = str(event["introduced"])
                else:
                    yield (*about, introduced, str(event.get("fixed", "")), str(event.get("last_affected", "")))
                    introduced = ""
            if introduced:
                yield (*about, introduced, "", "")
        if not stretches:
            yield from ((*about, str(each), "", str(each)) for each in affected.get("versions", ()))


def _sound(line: tuple[str, ...]) -> bool:
    try:
        return all(Version(each) for each in line[3:] if each)
    except InvalidVersion:
        return False


def write(folder: Path) -> int:
    """Write the table from a copy of the database; returns how many lines. Withdrawn advisories stay out."""
    told = (yaml.safe_load(path.read_text(encoding="utf-8")) for path in sorted(folder.glob("vulns/*/PYSEC-*.yaml")))
    lines = sorted({line for each in told if not each.get("withdrawn") for line in _lines(each) if _sound(line)})
    with TABLE.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerows([_HEAD, *lines])
    return len(lines)


if __name__ == "__main__":
    print(write(Path(sys.argv[1])))
