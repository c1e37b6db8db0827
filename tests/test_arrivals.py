"""Files awaited by a screen: here whole, or not at all."""

import resource
from pathlib import Path

import pytest

from core.arrivals import Arrivals, Broken, NotAwaited, TooLarge
from core.errors import CentreError, DiskFull

NAME = "名单.csv"


def bring(awaited: Arrivals, token: str, *blocks: bytes, name: str = NAME, length: int | None = None) -> None:
    """Bring a file in by its blocks."""
    with awaited.receiving(token, name, length) as write:
        for block in blocks:
            write(block)


def left(folder: Path) -> list[Path]:
    return list(folder.iterdir())


def test_a_file_is_here_once_all_its_blocks_are_written(tmp_path: Path):
    awaited = Arrivals()
    token = awaited.expect(tmp_path, 10)

    bring(awaited, token, b"one", b"two", length=6)

    arrival = awaited.take(token)
    assert (arrival.here, arrival.coming, arrival.name, arrival.path.read_bytes()) == (True, False, NAME, b"onetwo")
    assert awaited.of(token) is None


def test_it_is_coming_until_it_is_here(tmp_path: Path):
    awaited = Arrivals()
    token = awaited.expect(tmp_path, 10)
    assert not awaited.of(token).coming

    with awaited.receiving(token, NAME, None) as write:
        write(b"one")
        assert awaited.of(token).coming
        assert not awaited.of(token).here

    assert not awaited.of(token).coming


@pytest.mark.parametrize("token", [None, "", "guessed"])
def test_a_file_nobody_awaits_is_refused(tmp_path: Path, token: str | None):
    awaited = Arrivals()
    awaited.expect(tmp_path, 10)

    with pytest.raises(NotAwaited):
        bring(awaited, token, b"one")

    assert left(tmp_path) == []


def test_a_token_lets_in_one_file_whatever_became_of_it(tmp_path: Path):
    awaited = Arrivals()
    used, failed, busy = (awaited.expect(tmp_path, 10) for _ in range(3))
    bring(awaited, used, b"one")
    with pytest.raises(TooLarge):
        bring(awaited, failed, b"one", length=11)

    with awaited.receiving(busy, NAME, None):
        for token in (used, failed, busy):
            with pytest.raises(NotAwaited):
                bring(awaited, token, b"two")

    assert awaited.of(used).path.read_bytes() == b"one"
    assert len(left(tmp_path)) == 2


@pytest.mark.parametrize(("blocks", "length"), [((b"one",), 11), ((b"12345", b"67890", b"1"), None), ((b"12345678901",), 3)])
def test_a_file_larger_than_allowed_is_refused_whatever_it_says_of_its_size(tmp_path: Path, blocks, length):
    awaited = Arrivals()
    token = awaited.expect(tmp_path, 10)

    with pytest.raises(TooLarge):
        bring(awaited, token, *blocks, length=length)

    assert left(tmp_path) == []
    assert isinstance(awaited.of(token).refusal, TooLarge)


def test_a_file_that_breaks_off_leaves_nothing_and_says_so(tmp_path: Path):
    awaited = Arrivals()
    token = awaited.expect(tmp_path, 10)

    with pytest.raises(ConnectionError), awaited.receiving(token, NAME, None) as write:
        write(b"one")
        raise ConnectionError

    assert left(tmp_path) == []
    assert isinstance(awaited.of(token).refusal, Broken)
    assert not awaited.of(token).coming


def test_a_file_too_large_for_the_disk_is_refused_before_it_comes(tmp_path: Path):
    awaited = Arrivals()
    token = awaited.expect(tmp_path, 10**18)

    with pytest.raises(DiskFull):
        bring(awaited, token, b"one", length=10**17)

    assert left(tmp_path) == []


def test_a_disk_that_fills_up_midway_is_told_and_nothing_is_left(tmp_path: Path):
    """The system's own limit on the size of a file says what a full disk says, in the same place."""
    awaited = Arrivals()
    token = awaited.expect(tmp_path, 10**6)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)

    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, hard))
    try:
        with pytest.raises(DiskFull):
            bring(awaited, token, *[b"x" * 60_000] * 2)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))

    assert left(tmp_path) == []
    assert isinstance(awaited.of(token).refusal, DiskFull)


def test_a_file_awaited_no_longer_is_deleted_and_stopped_while_it_comes(tmp_path: Path):
    awaited = Arrivals()
    here, coming = awaited.expect(tmp_path, 10), awaited.expect(tmp_path, 10)
    bring(awaited, here, b"one")

    with pytest.raises(NotAwaited), awaited.receiving(coming, NAME, None) as write:
        write(b"one")
        awaited.drop(here)
        awaited.drop(coming)
        write(b"two")

    assert left(tmp_path) == []


def test_a_file_dropped_after_its_last_block_is_not_kept(tmp_path: Path):
    awaited = Arrivals()
    token = awaited.expect(tmp_path, 10)

    with pytest.raises(NotAwaited), awaited.receiving(token, NAME, None) as write:
        write(b"one")
        awaited.drop(token)

    assert left(tmp_path) == []


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../desk.duckdb", "desk.duckdb"), ("C:\\fakepath\\名单.csv", "名单.csv"), ("/etc/passwd", "passwd"),
        ("a\r\nb\0.csv", "ab.csv"), ("..", ".."), ("", "—"), ("a/", "—"), ("长" * 300 + ".csv", "长" * 196 + ".csv"),
        ("\u202evsc.exe", "vsc.exe"),
    ],
)  # fmt: skip
def test_a_name_is_only_ever_shown_and_leads_nowhere(tmp_path: Path, given: str, kept: str):
    awaited = Arrivals()
    token = awaited.expect(tmp_path, 10)

    bring(awaited, token, b"one", name=given)

    arrival = awaited.take(token)
    assert arrival.name == kept
    assert left(tmp_path) == [arrival.path]


@pytest.mark.parametrize("refusal", [NotAwaited(), TooLarge(8_000_000_000), DiskFull(), Broken()], ids=lambda each: type(each).__name__)
def test_every_refusal_says_what_to_do_in_both_languages(refusal: CentreError):
    assert refusal.zh.endswith("。")
    assert refusal.en.endswith(".")
