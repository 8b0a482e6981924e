"""Tables of buyers."""

revision = "0003_buyers"
down_revision = "0002_catalog"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
