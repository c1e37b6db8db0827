"""Signing in by the agency's own provider of identities: Streamlit's `st.login` (Authlib), by its settings in secrets.toml.

Its cookie is turned, once, into a session of ours. Must not know accounts beyond the name the provider tells.
"""

from collections.abc import Mapping
from datetime import timedelta
from json import JSONDecodeError, loads

from starlette.requests import HTTPConnection
from starlette.responses import Response
from streamlit.auth_util import get_origin_from_redirect_uri, get_secrets_auth_section
from streamlit.user_info import generate_login_redirect_url
from streamlit.web.server.starlette.starlette_server_config import TOKENS_COOKIE_NAME, USER_COOKIE_NAME
from streamlit.web.server.starlette.starlette_websocket import _get_signed_cookie_with_chunks

from core import credentials
from core.desk import BEIJING, system_clock
from pages import _seat

ROUTES = frozenset({"/auth/login", "/oauth2callback"})
"""Streamlit's own routes to the provider and back; without settings they lead nowhere."""
_FRESH = timedelta(minutes=5)
"""What the provider said counts for so long."""


def address() -> str | None:
    """Where to go to sign in by the provider; None when none is set."""
    return generate_login_redirect_url("default") if get_secrets_auth_section() else None


def known(asking: HTTPConnection) -> str | None:
    """The account of whom the provider has just vouched for; None for nobody, a stale or used word, or one unknown here."""
    if not get_secrets_auth_section() or USER_COOKIE_NAME not in asking.cookies:
        return None
    told = _get_signed_cookie_with_chunks(dict(asking.cookies), USER_COOKIE_NAME)
    try:
        claims: Mapping[str, object] = loads(told or b"{}")
    except (UnicodeDecodeError, JSONDecodeError):
        return None
    if claims.get("origin") != get_origin_from_redirect_uri() or not _is_fresh(claims):
        return None
    if not claims.get("email") or claims.get("email_verified") is False:
        return None
    if not _seat.sessions().spend(asking.cookies[USER_COOKIE_NAME]):
        return None
    return credentials.known_outside(_seat.store(), str(claims["email"]))


def forget(asking: HTTPConnection, answer: Response) -> None:
    """Take the provider's cookies away: from here on our own session counts."""
    for name in asking.cookies:
        if name.startswith((USER_COOKIE_NAME, TOKENS_COOKIE_NAME)):
            answer.delete_cookie(name)


def _is_fresh(claims: Mapping[str, object]) -> bool:
    made = claims.get("iat")
    if not isinstance(made, int):
        return False
    return abs(system_clock().replace(tzinfo=BEIJING).timestamp() - made) < _FRESH.total_seconds()
