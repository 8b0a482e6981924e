from pathlib import Path

import pytest

from oms.web.assets import Assets

SHEET = """/* Why this is so. */
@layer components {
  .card:hover .name,
  .told > :is(li, p) {
    margin: 0 calc(1px + 2px);
    content: "/" / "";
  }
}
"""


def assets(folder: Path, sheet: str) -> Assets:
    place = folder / "css" / "components"
    place.mkdir(parents=True)
    (place / "card.css").write_text(sheet, encoding="utf-8")
    return Assets(folder, "")


def test_a_sheet_is_served_without_comments_and_means_the_same(tmp_path: Path) -> None:
    body = assets(tmp_path, SHEET).by_name["store.css"].body.decode()
    assert body == (
        '@layer components{.card:hover .name,.told > :is(li,p){margin:0 calc(1px + 2px);content:"/" / "";}}\n'
    )


def test_the_name_of_a_sheet_follows_its_content(tmp_path: Path) -> None:
    one = assets(tmp_path / "one", SHEET).url("store.css")
    same = assets(tmp_path / "same", SHEET.replace("Why", "How")).url("store.css")
    other = assets(tmp_path / "other", SHEET.replace("1px", "3px")).url("store.css")
    assert one == same != other


def test_a_sheet_that_imports_another_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="@import"):
        assets(tmp_path, '@import "other.css";').url("store.css")
