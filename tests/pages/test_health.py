"""`/health` over the running store: 200 while all is well, 503 when not, to whoever asks."""

import asyncio
import json
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from core.database import Database
from pages import _guard, _health

WELL = "0,1000000,1000000,1000000"


def asked() -> tuple[int, dict[str, object]]:
    _health._looked.cache_clear()
    with ThreadPoolExecutor(1) as apart:  # a browser test before this one leaves its loop running in the main thread
        answer = apart.submit(lambda: asyncio.run(_health.told(None))).result()
    return answer.status_code, json.loads(answer.body)


def test_a_store_that_is_well_answers_200_and_one_that_is_not_503(home: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("DESK_HEALTH", WELL)
    status, told = asked()
    assert (status, told["ok"]) == (200, True)

    monkeypatch.setenv("DESK_HEALTH", "1000000000,1000000,1000000,1000000")
    status, told = asked()

    assert (status, told["ok"]) == (503, False)
    assert [name for name, each in told["checks"].items() if not each["ok"]] == ["disk"]


def test_a_store_that_cannot_be_opened_answers_503(home: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("DESK_HEALTH", WELL)
    with closing(Database.open(home)) as db, db.transaction() as tx:
        tx.run("INSERT INTO migration VALUES (9999, 'of a later program')")

    status, told = asked()

    assert (status, told["checks"]["store"]) == (503, {"ok": False})


def test_who_asks_often_is_told_the_same_for_a_few_seconds(home: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("DESK_HEALTH", WELL)
    assert asked()[0] == 200

    assert _health._looked(home, 1) is _health._looked(home, 1)


def test_the_guard_lets_anybody_ask():
    assert _health.ADDRESS in _guard.OPEN
