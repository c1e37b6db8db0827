"""The few touches the theme has no setting for: a compact frame, links that look like links, the uploader's words."""

import streamlit as st

from pages._words import _

_STYLE = """<style>
[data-testid="stMainBlockContainer"] { padding: 1.1rem 1.6rem 2rem; }
[data-testid="stHeader"] { height: 1rem; min-height: 0; background: transparent; }
[data-testid="stSidebar"] { min-width: 216px; max-width: 216px; }
[data-testid="stSidebarHeader"] { height: 1.6rem; padding: 0.2rem 0.6rem 0; margin-bottom: 0; }
[data-testid="stSidebarNav"] ul { padding-top: 0; padding-bottom: 0; }
[data-testid="stSidebarNavItems"] { padding: 0; max-height: none; }
[data-testid="stSidebarNavItems"] > div + div { margin-top: 0.12rem; }
[data-testid="stSidebarNavSeparator"] { padding-top: 0.4rem; }
[data-testid="stNavSectionHeader"] { font-size: 0.72rem; letter-spacing: 0.08em; min-height: 0; margin: 0;
  padding: 0.12rem 0.5rem 0; }
[data-testid="stSidebarNav"] li { margin: 0; }
[data-testid="stSidebarNavLink"] { margin: 0; padding-top: 0; padding-bottom: 0; min-height: 1.3rem; line-height: 1.25; }
[data-testid="stSidebarUserContent"] { padding: 0.4rem 0.4rem 0.6rem; }
[data-testid="stSidebarUserContent"] [data-testid="stSelectbox"] [data-baseweb="select"] { font-size: 0.88rem; }
[data-testid="stMain"] [data-testid="stPageLink-NavLink"] p { color: light-dark(#2F74B5, #7DB4E6);
  text-decoration: underline; text-underline-offset: 3px; }
[data-testid="stCaptionContainer"], [data-testid="stCaptionContainer"] p { opacity: 1; color: light-dark(#5F6875, #A9B2BF); }
[data-testid="stMetricValue"] { font-variant-numeric: tabular-nums; }
[data-testid="stFileUploaderDropzone"] button p { font-size: 0; }
[data-testid="stFileUploaderDropzone"] button p::after { content: "%s"; font-size: 1rem; }
[data-testid="stFileUploaderDropzoneInstructions"] span { font-size: 0; }
[data-testid="stFileUploaderDropzoneInstructions"] span::after { content: "%s"; font-size: 0.9rem; }
[class*="st-key-rates"] textarea, [class*="st-key-lookup"][class*="number"] input {
  font-family: Consolas, Menlo, "DejaVu Sans Mono", monospace; }
[class*="st-key-codes-file"] [data-testid="stFileUploaderDropzoneInstructions"] span::after { content: "%s"; }
.st-key-calendar-days td:not(:last-child) *, .st-key-calendar-days th * { white-space: nowrap; }
[data-testid="stPagination"] { justify-content: flex-end; }
h1 { padding: 0 !important; }
</style>"""


def apply() -> None:
    """Lay the style over the theme; once per run, in the frame."""
    st.html(_STYLE % (_("选择文件"), _("也可把文件拖到这里；每个不超过 50 MB"), _("也可把文件拖到这里；不超过 32 MB")))
