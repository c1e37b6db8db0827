"""The app as configured stays on this machine and asks a newcomer nothing."""

import tomllib
from pathlib import Path

SETTINGS = tomllib.loads((Path(__file__).parents[1] / ".streamlit" / "config.toml").read_text(encoding="utf-8"))


def test_the_app_listens_on_this_machine_alone_where_readme_says():
    assert SETTINGS["server"]["address"] == "127.0.0.1"
    assert SETTINGS["server"]["port"] == 8501
    assert SETTINGS["server"]["enableXsrfProtection"]


def test_nothing_is_measured_and_nothing_is_asked_before_the_app_opens():
    assert SETTINGS["browser"]["gatherUsageStats"] is False
    assert SETTINGS["server"]["showEmailPrompt"] is False


def test_errors_of_ours_show_no_code_to_staff():
    assert SETTINGS["client"]["showErrorDetails"] == "none"
