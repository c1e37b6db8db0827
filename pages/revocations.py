"""撤销登记: degrees revoked and filings withdrawn, by when they were due, who is told, and what comes again (articles 7, 9)."""

import streamlit as st

from core import reentry, revocation_list
from core.revocation import Kind
from core.revocation_list import RevocationFilter
from core.vocabulary import Duty
from pages import _filters, _reentry, _revoked, _revoking
from pages._parts import desk, header
from pages._words import _, say

present = desk(Duty.READ)
_filters.read("revocations", "kind", "province")
header(present, _("撤销登记"), _("撤销学位与撤销备案分开登记；登记当日起公众查询不到，再次报送即被拦截。"))

first, second, degrees, filings, stopped = st.columns([3, 3, 2, 2, 2])
with first:
    kinds = {str(kind): say(kind) for kind in Kind}
    kind = _filters.choose("revocations", "kind", _("撤销类别"), kinds, every=_("两类都看"))
with second:
    provinces = _filters.provinces(present)
    province = _filters.choose("revocations", "province", _("省份"), provinces, every=_("全部省份"))
chosen = RevocationFilter(kind, province)
counts, hits = revocation_list.totals(present, chosen), reentry.total(present)
degrees.metric(_("撤销学位"), f"{counts['degree']:,}")
filings.metric(_("撤销备案"), f"{counts['filing']:,}")
stopped.metric(_("复报拦截"), f"{hits:,}")
_revoking.register(present)

register, guard, timely, tell = st.tabs([_("撤销台账"), _("复报拦截"), _("及时情况"), _("告知清单")])
with register:
    _revoked.listed(present, chosen, sum(counts.values()))
with guard:
    _reentry.listed(present, hits)
with timely:
    _revoked.timeliness(present, chosen)
with tell:
    _revoked.telling(present)
