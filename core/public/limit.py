"""限流: how many lookups one address may make in a minute. Keeps addresses in memory alone, and not for long.

Must not know what is looked up.
"""

import ipaddress
import time
from collections import OrderedDict

_MINUTE = 60.0
_MOST_ADDRESSES = 100_000


class Limit:
    """So many lookups a minute for each address, saved up while none are made. IPv6 counts by its network of 64 bits."""

    def __init__(self, per_minute: int) -> None:
        self._per_minute = per_minute
        self._known: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def allows(self, address: str) -> bool:
        """Whether this address may look up once more now; counts it when so."""
        network, now = _network(address), time.monotonic()
        left, since = self._known.pop(network, (float(self._per_minute), now))
        left = min(float(self._per_minute), left + (now - since) * self._per_minute / _MINUTE)
        allowed = left >= 1
        self._known[network] = (left - allowed, now)
        if len(self._known) > _MOST_ADDRESSES:
            self._known.popitem(last=False)
        return allowed


def _network(address: str) -> str:
    try:
        known = ipaddress.ip_address(address)
    except ValueError:
        return "unknown"
    return str(known) if known.version == 4 else str(ipaddress.ip_network((known, 64), strict=False))
