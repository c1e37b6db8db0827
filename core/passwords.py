"""Passwords (口令): what makes a good one, how it is kept, and one that serves once.

Kept as Argon2id hashes; how dear one hash is can be set. Must not know whose they are.
"""

import os
import secrets
from collections.abc import Mapping
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError
from zxcvbn import zxcvbn

from core.errors import BadRequest

SHORTEST, LONGEST = 12, 128
COST = "2,19456,1"
"""Rounds, KiB of memory and lanes of one hash, unless DESK_ARGON2 says otherwise: OWASP's choice for Argon2id."""
_STRONG = 3
"""From this of zxcvbn's marks (0 to 4) guessing would take at least 10^8 tries."""
_JUDGED = 72
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"


def hashed(password: str) -> str:
    """A password as it is kept."""
    return _hasher(_cost(os.environ)).hash(password)


def fits(kept: str | None, password: str) -> bool:
    """Whether it is the password that was kept; as dear to answer for someone who has none."""
    hasher = _hasher(_cost(os.environ))
    try:
        return hasher.verify(kept or _nobodys(_cost(os.environ)), password[: LONGEST + 1]) and kept is not None
    except (VerifyMismatchError, InvalidHashError):
        return False


def one_time() -> str:
    """A password that serves once: twenty letters and figures in fives, none of which look alike."""
    return "-".join("".join(secrets.choice(_LETTERS) for _ in range(5)) for _ in range(4))


def require_good(password: str, *known: str) -> None:
    """Refuse a password that is too short, too long or easily guessed, by lists or by what is `known` of its owner.

    Any characters may be in it, and none must be. Raises BadRequest.
    """
    if not SHORTEST <= len(password) <= LONGEST:
        raise BadRequest(
            f"口令须为{SHORTEST}至{LONGEST}个字符，可用任何字符和空格。请重新填写。",
            f"A password has {SHORTEST} to {LONGEST} characters of any kind, spaces too. Choose another.",
        )
    if any(len(word) > 2 and word.casefold() in password.casefold() for word in known):
        raise BadRequest(
            "口令不能含有账号或姓名。请重新填写。", "A password must not contain the account or the name. Choose another."
        )
    if zxcvbn(password[:_JUDGED], user_inputs=list(known))["score"] < _STRONG:
        raise BadRequest(
            "口令太容易猜到：常用、重复或有规律。可用几个不相干的词连写，请重新填写。",
            "This password is easily guessed: common, repeated or regular. A few unrelated words do well; choose another.",
        )


def _cost(environ: Mapping[str, str]) -> tuple[int, int, int]:
    rounds, memory, lanes = (int(part) for part in environ.get("DESK_ARGON2", COST).split(","))
    return rounds, memory, lanes


@cache
def _hasher(cost: tuple[int, int, int]) -> PasswordHasher:
    rounds, memory, lanes = cost
    return PasswordHasher(time_cost=rounds, memory_cost=memory, parallelism=lanes)


@cache
def _nobodys(cost: tuple[int, int, int]) -> str:
    return _hasher(cost).hash(secrets.token_hex())
