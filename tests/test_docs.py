"""What README repeats of the code is what the code says."""

import re

from tests import docs


def test_the_generated_parts_of_readme_are_current() -> None:
    text = docs.README.read_text(encoding="utf-8")

    assert docs.rendered(text) == text, "run `make docs`"


def test_readme_names_both_commands_on_its_first_screen() -> None:
    first_screen = docs.README.read_text(encoding="utf-8").splitlines()[:40]

    assert any("make run" in line for line in first_screen)
    assert any("make test" in line for line in first_screen)


def test_continuous_integration_calls_exactly_the_test_command_of_readme() -> None:
    script = (docs.ROOT / ".ci" / "run").read_text(encoding="utf-8")
    commands = [line for line in script.splitlines() if re.match(r"^(make|python|pytest)", line)]

    assert commands == ["make test"]


def test_every_picture_and_file_readme_points_to_exists() -> None:
    links = re.findall(r"\]\((?!http)([^)#]+)\)", docs.README.read_text(encoding="utf-8"))

    assert links
    assert [link for link in links if not (docs.ROOT / link).exists()] == []
