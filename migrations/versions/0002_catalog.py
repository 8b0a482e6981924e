"""Tables of catalog."""

revision = "0002_catalog"
down_revision = "0001_ground"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
