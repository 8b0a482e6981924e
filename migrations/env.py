"""Alembic's door: `migrations.run` opens it with a connection, the tables it is about, and their folder."""

from alembic import context

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=context.config.attributes["metadata"],
    include_schemas=True,
    compare_type=True,
    compare_server_default=True,
    include_name=context.config.attributes["include_name"],
)
with context.begin_transaction():
    context.run_migrations()
