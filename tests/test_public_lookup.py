"""公众查询服务: what the public is told, of what is there, of what is not, and of what cannot be asked so."""

import hashlib
import re
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path
from urllib.parse import urlencode

import polars as pl
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from core import package_folder, pictures, typed
from core.database import Database
from core.public import image as images
from core.public import package as packages
from core.public import page
from core.public.image import Image
from core.public.limit import Limit
from core.public.service import LONGEST
from core.record import PUBLIC
from tests.builders import a_record
from tests.builders_packages import a_delta, a_full, a_number, certificates
from tests.builders_service import FORM, a_service, as_made

ROOT = Path(__file__).parents[1]
PICTURE = b"\xff\xd8\xff a picture of nobody"
SHA = hashlib.sha256(PICTURE).hexdigest()
NUMBER, MINORITY, LETTERED = a_number("n1"), a_number("n2"), "8090134B14000012"
WANTED = {
    NUMBER: a_record(XM="张明", XWZSBH=NUMBER),
    MINORITY: a_record(XM="阿依古丽·买买提", XWZSBH=MINORITY),
    LETTERED: a_record(XM="SMITH John", XWZSBH=LETTERED),
    a_number("n4"): a_record(XM="<b>某</b>", XWZSBH=a_number("n4"), ZYMC="<script>alert(1)</script>"),
    a_number("n5"): a_record(XM="·", XWZSBH=a_number("n5")),
}


@pytest.fixture(scope="module")
def db(tmp_path_factory):
    db = Database.open(tmp_path_factory.mktemp("public") / "store")
    yield db
    db.close()


@pytest.fixture(scope="module")
def service(db, tmp_path_factory):
    folder = tmp_path_factory.mktemp("service")
    kept = pictures.place(db.folder, SHA)
    kept.parent.mkdir(parents=True)
    kept.write_bytes(PICTURE)
    package = a_full(db, folder / "packages", WANTED, photos=True, photo_of={NUMBER: SHA})
    package_folder.release(folder / "packages", package)
    with a_service(folder / "packages", folder / "own") as running:
        yield running


def test_a_certificate_is_told_with_its_content_and_nothing_else(service):
    answer = service.lookup("张明", NUMBER)

    assert answer.status == 200
    assert (answer.told["result"], answer.told["result_en"]) == page.ONE
    assert answer.told["certificate"] == {
        "XM": "张明", "XB": "男", "CSRQ": "20030307", "XWSYDW": "示例科学研究院", "XWLB": "工学学士学位",
        "ZYMC": "计算机科学与技术", "HXWRQ": "20250620", "XWZSBH": NUMBER,
    }
    assert set(answer.told) == {"result", "result_en", "package", "as_of", "photo", "certificate"}


@pytest.mark.parametrize(
    ("name", "number"),
    [
        (" 张　明\u200b ", f" {NUMBER[:5]} {NUMBER[5:]}\u3000"),
        ("张明", NUMBER.translate({ord(str(digit)): chr(0xFF10 + digit) for digit in range(10)})),
        ("阿依古丽买买提", MINORITY), ("阿依古丽.买买提", MINORITY), ("阿依古丽・买买提", MINORITY), ("阿依古丽 • 买买提", MINORITY),
        ("smith john", LETTERED.lower()), ("ＳＭＩＴＨ　Ｊｏｈｎ", LETTERED), ("Smith-John", "８０９０１３４ｂ１４００００１２"),
    ],
)
def test_a_certificate_is_found_however_it_is_typed(service, name, number):
    assert service.lookup(name, number).told["result"] == "唯一匹配"
    assert "唯一匹配" in service.form(name, number).text


HOSTILE = [
    "' OR '1'='1", "'; DROP TABLE record; --", '"><script>alert(1)</script>', "{{7*7}}", "${jndi:ldap://x}", "%", "*", "../../etc/passwd",
    "\x00", "张明\x00", "\ud800", "\u202e明张", "a" * 2000, "𠮷" * 300, "NaN", "null", "\r\nSet-Cookie: x=1", "🂡",
]


@pytest.mark.parametrize("typed_in", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_names_and_numbers_are_only_ever_not_found(service, typed_in):
    known = {"张明\x00": "one"}.get(typed_in)  # control characters do not count, as spaces do not

    for name, number in ((typed_in, NUMBER), ("张明", typed_in), (typed_in, typed_in)):
        answer = service.lookup(name, number)
        if answer.status == 200:
            expected = "唯一匹配" if known and number == NUMBER else "无匹配"
            assert answer.told["result"] == expected
        else:
            assert answer.status == 400
            assert set(answer.told) == {"error", "error_en"}
    if not any("\ud800" <= character <= "\udfff" for character in typed_in):
        shown = service.form(typed_in, NUMBER)
        assert shown.status in (200, 400)
        assert "<script" not in shown.text
        assert "set-cookie" not in shown.headers


def test_html_in_a_certificate_is_shown_as_text(service):
    answer = service.form("b某b", a_number("n4"))

    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in answer.text
    assert "<script" not in answer.text and "<b>" not in answer.text


def test_every_reason_for_not_being_told_gives_the_very_same_answer(service):
    told = {service.lookup(name, number).body for name, number in (
        ("张明", a_number("n999")), ("张明明", NUMBER), ("阿依古丽·买买提", NUMBER), ("某", "x"), ("%", NUMBER), ("张明", "-"),
        ("·", a_number("n5")),
    )}
    shown = {re.sub(rb'value="[^"]*"', b"", service.form(name, number).body) for name, number in (
        ("张明", a_number("n999")), ("张明明", NUMBER), ("某", "x"),
    )}

    assert len(told) == len(shown) == 1
    assert "无匹配" in told.pop().decode()


def test_the_photo_is_given_to_who_has_found_the_certificate_and_to_nobody_else(service):
    address = service.lookup("张明", NUMBER).told["photo"]
    until, _, seal = address.removeprefix("/photo/").split("-")

    answer = service.ask("GET", address)

    assert (answer.status, answer.body, answer.headers["content-type"]) == (200, PICTURE, "image/jpeg")
    assert '<img src="/photo/' in service.form("张明", NUMBER).text
    for wrong in (f"{int(until) + 60}-{SHA}-{seal}", f"{until}-{SHA}-{'0' * 32}", f"{until}-{SHA}", SHA, f"0-{SHA}-{seal}",
                  f"{until}-{'ab' * 32}-{seal}", "..%2f..%2flatest", "%C3%A9-%C3%A9-%C3%A9", "%C2%B2-x-y"):
        assert service.ask("GET", f"/photo/{wrong}").status == 404


def test_a_certificate_without_a_photo_is_told_without(service):
    assert service.lookup("阿依古丽·买买提", MINORITY).told["photo"] is None
    assert "<img" not in service.form("阿依古丽·买买提", MINORITY).text


REQUESTS = {
    "empty name": (400, "POST", "/lookup", b'{"name": " ", "number": "1"}', "application/json"),
    "no number": (400, "POST", "/lookup", b'{"name": "x"}', "application/json"),
    "not JSON": (400, "POST", "/lookup", b"{", "application/json"),
    "not UTF-8": (400, "POST", "/lookup", b'{"name": "\xff"}', "application/json"),
    "deep JSON": (400, "POST", "/lookup", b"[" * 8000, "application/json"),
    "a list": (400, "POST", "/lookup", b"[1, 2]", "application/json"),
    "a number for a name": (400, "POST", "/lookup", b'{"name": 1, "number": 2}', "application/json"),
    "an empty form": (400, "POST", "/", b"", FORM),
    "many fields": (400, "POST", "/", b"&".join([b"a=1"] * 50), FORM),
    "a form in another encoding": (400, "POST", "/", b"name=\xd5\xc5&number=1", FORM),
    "a form to JSON's address without its kind": (415, "POST", "/lookup", b"x", "text/plain"),
    "a file": (415, "POST", "/", b"x", "multipart/form-data; boundary=x"),
    "a name of a megabyte": (413, "POST", "/lookup", b'{"name": "' + b"a" * 1_000_000 + b'", "number": "1"}', "application/json"),
    "a form of a megabyte": (413, "POST", "/", b"name=" + b"a" * 1_000_000, FORM),
    "one byte too long": (413, "POST", "/", b"a" * (LONGEST + 1), FORM),
    "no such page": (404, "GET", "/admin", None, ""),
    "a query in the address": (405, "GET", "/lookup?name=x&number=1", None, ""),
    "another method": (405, "PUT", "/", b"x", FORM),
    "deleting": (405, "DELETE", "/lookup", None, ""),
}


@pytest.mark.parametrize("request_", REQUESTS.values(), ids=REQUESTS)
def test_what_cannot_be_asked_so_is_refused_with_a_sentence_in_both_languages(service, request_):
    status, method, path, body, kind = request_

    answer = service.ask(method, path, body, Content_Type=kind)

    zh, en = page.REFUSALS[status]
    assert answer.status == status
    if path.startswith("/lookup"):
        assert answer.told == {"error": zh, "error_en": en}
    else:
        assert zh in answer.text
        assert en in service.ask(method, f"{path}?lang=en", body, Content_Type=kind).text
    assert (status != 405) or answer.headers["allow"]


def test_every_answer_carries_the_security_headers_and_none_can_be_kept(service):
    asked = [service.ask("GET", "/"), service.ask("GET", "/style.css"), service.ask("GET", "/nothing"), service.lookup("张明", NUMBER),
             service.form("张明", NUMBER), service.lookup("", ""), service.ask("GET", service.lookup("张明", NUMBER).told["photo"])]

    for answer in asked:
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy and "frame-ancestors 'none'" in policy and "unsafe" not in policy
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert answer.headers["cache-control"] == "no-store"
        assert "server" not in answer.headers and "set-cookie" not in answer.headers


def test_the_page_needs_no_script_no_inline_style_and_nothing_from_elsewhere(service):
    for text in (service.ask("GET", "/").text, service.form("张明", NUMBER).text, service.form("某", "1", "en").text):
        assert not re.search(r"<script|<style|style=|\son\w+=|javascript:|https?://", text)


@pytest.mark.parametrize("asked", ["zh", "en", "fr", "\"><b>"])
def test_the_page_is_in_the_language_asked_for_else_in_chinese(service, asked):
    text = service.ask("GET", "/?" + urlencode({"lang": asked})).text

    assert page.SENTENCES["title"][asked == "en"] in text
    assert '"><b>' not in text


def test_no_name_and_no_number_is_left_in_a_log(service):
    service.lookup("张明", NUMBER)
    service.form("欧阳保密", "1234567890123456")
    service.lookup("欧阳保密\ud800", "1234567890123456")
    service.ask("GET", f"/lookup?name=x&number={NUMBER}")

    logged = service.log.read_text()

    assert not [secret for secret in ("张明", "欧阳", NUMBER, "1234567890123456", "127.0.0.1 -", "POST") if secret in logged]


def test_lookups_of_one_address_are_limited_and_another_address_is_not(db, tmp_path):
    package_folder.release(tmp_path / "packages", a_full(db, tmp_path / "packages", certificates(n1="张明")))
    with a_service(tmp_path / "packages", tmp_path / "own", per_minute=5) as limited:
        answers = [limited.lookup("张明", NUMBER, X_Forwarded_For="192.0.2.7") for _ in range(7)]
        other = limited.lookup("张明", NUMBER, X_Forwarded_For="192.0.2.8")
        page_itself = limited.ask("GET", "/", X_Forwarded_For="192.0.2.7")

    assert [answer.status for answer in answers] == [200] * 5 + [429] * 2
    assert answers[-1].headers["retry-after"] == "60"
    assert answers[-1].told == dict(zip(("error", "error_en"), page.REFUSALS[429], strict=True))
    assert (other.status, page_itself.status) == (200, 200)


def test_an_ipv6_network_counts_as_one_address_and_strange_addresses_as_one():
    limit = Limit(2)

    assert [limit.allows(f"2001:db8::{place}") for place in range(3)] == [True, True, False]
    assert limit.allows("2001:db8:1::1")
    assert [limit.allows(name) for name in ("unix", "", "x")] == [True, True, False]


def test_make_lookup_answers_on_port_8600_of_this_machine_over_the_latest_package(db, tmp_path):
    package_folder.release(tmp_path / "packages", a_full(db, tmp_path / "packages", certificates(n1="张学文")))

    with as_made(tmp_path) as service:
        service.wait_for(1)

        assert (service.port, service.lookup("张学文", a_number("n1")).told["result"]) == (8600, page.ONE[0])
        with pytest.raises(ConnectionRefusedError):  # who listens to the whole network answers here as well
            socket.create_connection(("127.0.0.2", 8600), timeout=5)


def test_before_the_first_package_the_service_says_so(tmp_path):
    with a_service(tmp_path / "packages", tmp_path / "own") as waiting:
        answer, shown = waiting.lookup("张明", NUMBER), waiting.ask("GET", "/")
        unwell = waiting.ask("GET", "/health")

    assert (unwell.status, unwell.told["ok"], unwell.told["package"]) == (503, False, None)
    assert (answer.status, answer.told["error"]) == (503, page.REFUSALS[503][0])
    assert shown.status == 200


def test_a_monitor_is_told_that_the_latest_package_answers_and_nothing_of_who_asks(service):
    service.lookup("张明", NUMBER)

    answer = service.ask("GET", "/health")

    assert (answer.status, answer.headers["cache-control"]) == (200, "no-store")
    assert {"ok": True, "package": 1, "latest_in_use": True}.items() <= answer.told.items()
    assert set(answer.told) == {"ok", "package", "as_of", "latest_in_use", "free_bytes"}


def test_a_disk_with_too_little_room_is_told_to_monitors(db, tmp_path):
    root = tmp_path / "packages"
    package_folder.release(root, a_full(db, root, certificates(n1="张明")))
    with a_service(root, tmp_path / "own", "--least-free", "1000000000") as service:
        answer = service.ask("GET", "/health")

    assert (answer.status, answer.told["latest_in_use"]) == (503, True)


def test_a_new_package_takes_over_without_a_dropped_or_mixed_answer(db, tmp_path):
    """In every package, each certificate's major is the package's own: an answer of two packages would show."""
    root, keys = tmp_path / "packages", [f"n{place}" for place in range(1, 40)]
    package_folder.release(root, a_full(db, root, _of_package(keys, 1)))
    with a_service(root, tmp_path / "own") as service:
        answers, stop = [], threading.Event()
        askers = [threading.Thread(target=_keep_asking, args=(service, keys, answers, stop)) for _ in range(4)]
        for asker in askers:
            asker.start()
        for number in range(2, 6):
            write = a_full if number == 4 else a_delta
            package_folder.release(root, write(db, root, _of_package(keys, number if number != 4 else 3)))
            service.wait_for(number)
        stop.set()
        for asker in askers:
            asker.join()

    assert {package for package, _ in answers} == {1, 2, 3, 4, 5}
    assert {(package, major) for package, major in answers if major is not None} == {
        (1, "专业1"), (2, "专业2"), (3, "专业3"), (4, "专业3"), (5, "专业5"),
    }
    assert [number for number, _ in answers if number is None] == []
    assert len(list((tmp_path / "own").iterdir())) == 1


def _of_package(keys, number):
    """Names stay; the major is the package's number; the last key is there in the odd packages alone."""
    present = keys if number % 2 else keys[:-1]
    return {a_number(key): a_record(XM="张明", XWZSBH=a_number(key), ZYMC=f"专业{number}") for key in present}


def _keep_asking(service, keys, answers, stop):
    while not stop.is_set():
        for key in keys[:: max(1, len(keys) // 5)] + keys[-1:]:
            answer = service.lookup("张明", a_number(key))
            assert answer.status == 200, answer
            answers.append((answer.told["package"], answer.told.get("certificate", {}).get("ZYMC")))


def test_what_was_taken_down_is_not_found_and_what_was_changed_is_found_by_its_new_name_alone(db, tmp_path):
    root = tmp_path / "packages"
    a_full(db, root, certificates(n1="张明", n2="李明", n3="王明"))
    package_folder.release(root, a_delta(db, root, certificates(n1="张敏", n3="王明", n4="赵明")))

    image = Image(images.build(packages.latest(root), tmp_path / "own"))

    found = {name for name in ("张明", "张敏", "李明", "王明", "赵明") for key in ("n1", "n2", "n3", "n4") if image.find(name, a_number(key))}
    assert found == {"张敏", "王明", "赵明"}
    assert image.about.records == 3
    image.close()


def test_a_damaged_package_is_not_used_and_the_old_one_goes_on_answering(db, tmp_path):
    root = tmp_path / "packages"
    package_folder.release(root, a_full(db, root, certificates(n1="张明")))
    with a_service(root, tmp_path / "own") as service:
        damaged = a_delta(db, root, certificates(n1="张明", n2="李明"))
        content = damaged.data.read_bytes()
        pl.read_parquet(damaged.data).with_columns(XM=pl.lit("李某")).write_parquet(damaged.data)
        package_folder.release(root, damaged)
        _until(lambda: "仍用原来的" in service.log.read_text())

        assert service.lookup("张明", NUMBER).told["package"] == 1
        assert service.lookup("李某", a_number("n2")).told["result"] == "无匹配"
        unwell = service.ask("GET", "/health")
        assert (unwell.status, unwell.told["package"], unwell.told["latest_in_use"]) == (503, 1, False)

        damaged.data.write_bytes(content)
        package_folder.release(root, a_delta(db, root, certificates(n1="张明", n2="李明", n3="王明")))
        service.wait_for(3)
        assert service.lookup("李明", a_number("n2")).told["result"] == "唯一匹配"


def _until(holds):
    until = time.monotonic() + 30
    while not holds():
        assert time.monotonic() < until
        time.sleep(0.05)


def test_a_build_that_was_killed_leaves_nothing_in_the_way(db, tmp_path):
    root, own = tmp_path / "packages", tmp_path / "own"
    package_folder.release(root, a_full(db, root, certificates(n1="张明")))
    unfinished = images.folder_of(packages.latest(root), own).with_suffix(".part")
    unfinished.mkdir(parents=True)
    (unfinished / "keys").write_bytes(b"half")

    built = images.build(packages.latest(root), own)

    image = Image(built)
    assert image.find("张明", NUMBER)
    image.close()
    assert list(own.iterdir()) == [built]


LETTERS = st.text(max_size=8)


@given(name=LETTERS, number=LETTERS)
@example(name="Straße ﬁn", number="ß１")
@example(name="İ·i̇", number="\u2460")
def test_what_is_usual_is_compared_as_it_is_written_and_comparing_twice_changes_nothing(name, number):
    assert typed.name(typed.name(name)) == typed.name(name)
    assert typed.number(typed.number(number)) == typed.number(number)
    if pl.Series([name]).str.contains(typed.USUAL_NAME).item():
        assert typed.name(name) == name
    if pl.Series([number]).str.contains(typed.USUAL_NUMBER).item():
        assert typed.number(number) == number


def test_every_usual_character_stays_as_it_is():
    usual = [chr(code) for code in range(0x4E00, 0xA000)]

    assert [character for character in usual if typed.name(character) != character] == []


def test_many_certificates_sharing_buckets_are_each_found_by_their_own_name(db, tmp_path, monkeypatch):
    monkeypatch.setattr(images, "_BUCKET_BITS", 2)
    root = tmp_path / "packages"
    names = {f"n{place}": f"张{chr(0x4E00 + place)}" for place in range(300)}
    package = a_full(db, root, certificates(**names))

    image = Image(images.build(package, tmp_path / "own"))

    assert all(image.find(name, a_number(key))["XM"] == name for key, name in names.items())
    assert not any(image.find(name + "某", a_number(key)) for key, name in names.items())
    image.close()


def test_the_service_can_open_no_store():
    """What it imports, with all that imports, has neither the engine nor the module that knows it."""
    listed = "import sys, core.public.__main__; print(*sys.modules)"

    modules = subprocess.run([sys.executable, "-c", listed], capture_output=True, text=True, cwd=ROOT, check=True).stdout.split()

    assert "core.public.service" in modules
    assert [name for name in modules if name.split(".")[0] in ("duckdb", "_duckdb", "streamlit") or name == "core.database"] == []


def test_the_page_shows_certificate_content_alone():
    row = {"XM": "张明", "ZJHM": "secret", "LWTM": "secret", "MZ": "secret", "photo": SHA}

    assert "secret" not in page.found("zh", row, None)
    assert set(packages.FIELDS) == {*PUBLIC, "photo"}


def test_every_sentence_is_in_both_languages():
    for zh, en in [*page.SENTENCES.values(), *page.REFUSALS.values()]:
        assert zh and en
    for zh, en in page.REFUSALS.values():
        assert zh.endswith("。") and en.endswith(".") and not re.search("[\u4e00-\u9fff]", en)
