"""Charts, and the one place of colours: a colour means one class or one status on every screen.

Colours hold on light and dark ground, under white letters and for colour-blind eyes. Must not know the store.
"""

from typing import Any

import plotly.graph_objects as go
import polars as pl
import streamlit as st

COLOURS: dict[str, str] = {
    "classified": "#7B5EA7",
    "incomplete": "#946600",
    "inaccurate": "#C4511A",
    "policy": "#B0487F",
    "scope": "#6B7380",
    "note": "#3A7A9C",
    "received": "#946600",
    "approved": "#27795F",
    "returned": "#6B7380",
    "replaced": "#5E6670",
    "recorded": "#6B7380",
    "cleared": "#2F74B5",
    "withheld": "#C4511A",
    "out_of_scope": "#6B7380",
    "published": "#27795F",
    "superseded": "#6B7380",
    "withdrawn": "#5E6670",
    "revoked": "#8C2D3F",
    "open": "#C4511A",
    "sent": "#2F74B5",
    "answered": "#7B5EA7",
    "closed": "#6B7380",
    "issued": "#6B7380",
    "made": "#C4511A",
    "opened": "#2F74B5",
    "acknowledged": "#27795F",
    "remind": "#946600",
    "reminded": "#2F74B5",
    "escalate": "#C4511A",
    "escalated": "#7B5EA7",
    "missing": "#C4511A",
    "nil": "#3A7A9C",
    "checked": "#2F74B5",
    "fed_back": "#7B5EA7",
    "standing": "#3A7A9C",
    "active": "#3A7A9C",
    "disabled": "#5E6670",
    "failed": "#C4511A",
    "passed": "#27795F",
    "queued": "#6B7380",
    "running": "#2F74B5",
    "done": "#27795F",
    "cancelled": "#5E6670",
    "not_evaluated": "#6B7380",
    "waiting": "#946600",
    "proposed": "#2F74B5",
    "accepted": "#27795F",
    "lapsed": "#C4511A",
    "coming": "#2F74B5",
    "stands": "#27795F",
    "over": "#6B7380",
    "lifted": "#5E6670",
    "few": "#C4511A",
    "stale": "#946600",
    "good": "#27795F",
    "refused": "#B0487F",
    "asked": "#7B5EA7",
    "supplemented": "#6B7380",
    "draft": "#6B7380",
    "gated": "#2F74B5",
    "frozen": "#946600",
    "released": "#27795F",
    "abandoned": "#5E6670",
}
"""Each class of finding, status and outcome, with its colour."""

SERIES = "#2F74B5"
"""The colour of a measure that is not one class or status."""

_TICKS = ".2~%"

_LOOK = {
    "margin": {"l": 8, "r": 24, "t": 34, "b": 8},
    "showlegend": False,
    "bargap": 0.35,
    "title_font_size": 14,
    "title_x": 0,
    "title_xanchor": "left",
    "hovermode": "closest",
    "dragmode": False,
}


def bars(
    frame: pl.DataFrame, *, label: str, value: str, title: str, axis: str, across: str, hover: list[str]
) -> go.Figure:
    """Shares (`axis`) as horizontal bars, one for each `across`: the first row on top, each with its percentage."""
    figure = go.Figure(
        go.Bar(
            x=frame[value].to_list(),
            y=frame[label].to_list(),
            orientation="h",
            marker_color=SERIES,
            text=[f"{each:.1%}" for each in frame[value]],
            textposition="outside",
            cliponaxis=False,
            customdata=hover,
            hovertemplate="%{customdata}<extra></extra>",
        )
    )
    figure.update_layout(**_LOOK, title_text=title, height=90 + 24 * frame.height)
    figure.update_xaxes(title_text=axis, tickformat=_TICKS, rangemode="tozero", fixedrange=True)
    figure.update_yaxes(title_text=across, autorange="reversed", automargin=True, fixedrange=True, type="category")
    return figure


def trend(
    frame: pl.DataFrame, *, label: str, value: str, title: str, axis: str, across: str, hover: list[str]
) -> go.Figure:
    """A share (`axis`) over the semesters (`across`), oldest first; figures stand clear of the line."""
    share = pl.col(value)
    around = (share.shift(1).fill_null(share) + share.shift(-1).fill_null(share)) / 2
    places = frame.select(pl.when(share < around).then(pl.lit("bottom")).otherwise(pl.lit("top")) + " center")
    figure = go.Figure(
        go.Scatter(
            x=frame[label].to_list(),
            y=frame[value].to_list(),
            mode="lines+markers+text",
            line_color=SERIES,
            marker_size=8,
            text=[f"{each:.1%}" for each in frame[value]],
            textposition=places.to_series().to_list(),
            cliponaxis=False,
            customdata=hover,
            hovertemplate="%{customdata}<extra></extra>",
        )
    )
    figure.update_layout(**_LOOK, title_text=title, height=260)
    figure.update_xaxes(title_text=across, type="category", fixedrange=True)
    figure.update_yaxes(title_text=axis, tickformat=_TICKS, rangemode="tozero", fixedrange=True)
    return figure


def show(figure: go.Figure, *, key: str, alt: str) -> None:
    """Draw a chart in the screen's fonts and ground, without a tool bar."""
    config: dict[str, Any] = {"displayModeBar": False, "displaylogo": False, "scrollZoom": False}
    st.plotly_chart(figure, key=key, config=config, alt=alt)


def badge(label: str, code: str) -> None:
    """A word of the vocabulary in its colour."""
    st.markdown(
        f'<span style="background:{COLOURS[code]};color:#fff;border-radius:3px;padding:1px 8px;'
        f'font-size:0.85rem;white-space:nowrap">{label}</span>',
        unsafe_allow_html=True,
        width="content",
    )
