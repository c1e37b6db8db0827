"""What tests of every kind share."""

import os

import pytest

from tests.builders import a_desk


def pytest_configure():
    """A password's hash costs next to nothing where only tests try it, and backups are made where they are tested alone; apps
    that tests start inherit it."""
    os.environ["DESK_ARGON2"] = "1,8,1"
    os.environ["DESK_BACKUPS_KEPT"] = "0"


@pytest.fixture
def desk(tmp_path):
    """A desk over a store of the test's own, at which someone with all duties sits."""
    desk = a_desk(tmp_path)
    yield desk
    desk.db.close()
