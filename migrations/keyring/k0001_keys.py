"""Tables of the keyring."""

revision = "k0001_keys"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
