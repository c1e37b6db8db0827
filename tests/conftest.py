"""What tests of every kind share."""

import pytest

from tests.builders import a_desk


@pytest.fixture
def desk(tmp_path):
    """A desk over a store of the test's own, at which someone with all duties sits."""
    desk = a_desk(tmp_path)
    yield desk
    desk.db.close()
