"""A shop with goods and a mail server, for what is kept and let go of."""

import pytest

from oms.kernel.db import transaction
from tests import make
from tests.make import Shop


@pytest.fixture
def small(shop: None) -> Shop:
    with transaction() as session:
        return make.small_shop(session)
