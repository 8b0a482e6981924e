"""What the doctor says about the catalog: well when it is, and a planted violation of each is seen."""

import pytest
from flask import Flask
from sqlalchemy import text

from oms import cli
from oms.catalog.actions import put_product
from oms.catalog.media.folder import MediaFolder
from oms.kernel.config import Settings
from oms.kernel.db import transaction
from oms.web import doctor
from oms.web.doctor import Health
from storefront.app import create_store
from tests.goods import notebook, open_markets

VIOLATIONS = {
    "Variants with a choice that their product does not offer": "UPDATE variants SET choices = '{color=gold}'"
    " WHERE sku = 'NB-FIELD-GRN-DOT'",
    "Published products without words": "DELETE FROM product_texts",
    "Published products that no search finds in some language of their markets": "DELETE FROM search_entries"
    " WHERE language = 'zh'",
    "Pictures whose files are missing": "UPDATE media SET digest = md5('other')",
}


@pytest.fixture
def app(shop: None, settings: Settings) -> Flask:
    drawing = MediaFolder(settings.state_dir).keep_drawing("a.svg", "<svg/>", {}, (400, 500))
    with transaction() as session:
        open_markets(session)
        put_product(session, notebook(pictures=(drawing,)))
    made = create_store(settings)
    cli.register(made)
    return made


@pytest.mark.parametrize("name", VIOLATIONS)
def test_a_planted_violation_is_seen_with_its_figure_and_what_to_do(app: Flask, name: str) -> None:
    with app.app_context():
        assert doctor.examine([name])[0].health is Health.WELL
        with transaction() as session:
            session.execute(text(VIOLATIONS[name]))
        (found,) = doctor.examine([name])
    assert (found.health, found.figure) == (Health.ILL, "1")
    assert found.advice
