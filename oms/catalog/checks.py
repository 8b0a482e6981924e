"""What must hold of the catalog."""

from flask import current_app
from sqlalchemy import select

from oms.catalog.media.folder import MediaFolder, file_names
from oms.catalog.media.models import Media
from oms.kernel.config import Settings
from oms.kernel.db import Role, reading
from oms.web.doctor import Health, check, none_of

none_of(
    "Variants with a choice that their product does not offer",
    "Import the product again, or give it the option back.",
    """
    SELECT count(*) FROM variants v CROSS JOIN LATERAL unnest(v.choices) AS choice
    WHERE NOT EXISTS (
        SELECT 1 FROM product_options o JOIN option_values w ON w.option_id = o.id
        WHERE o.product_id = v.product_id AND choice = o.code || '=' || w.code
    )
    """,
)
none_of(
    "Published products without words",
    "Give the product a title, or take it back to a draft.",
    """
    SELECT count(*) FROM products p WHERE p.status = 'published'
    AND NOT EXISTS (SELECT 1 FROM product_texts t WHERE t.product_id = p.id)
    """,
)
none_of(
    "Published products that no search finds in some language of their markets",
    "Save the product again: its words are made ready for searching then.",
    """
    SELECT count(DISTINCT p.id)
    FROM products p CROSS JOIN markets m CROSS JOIN LATERAL unnest(m.languages) AS l
    WHERE p.status = 'published' AND NOT EXISTS (
        SELECT 1 FROM search_entries e WHERE e.product_id = p.id AND e.language = l
    )
    """,
)


@check("Pictures whose files are missing", "Restore STATE_DIR/media, or import the pictures again.")
def _pictures() -> tuple[str, Health]:
    settings: Settings = current_app.extensions["settings"]
    folder = MediaFolder(settings.state_dir)
    with reading(Role.BLIND) as session:
        rows = session.scalars(select(Media).where(Media.digest != "")).all()
    missing = sum(not folder.has(name) for media in rows for name in file_names(media))
    return str(missing), Health.ILL if missing else Health.WELL
