"""Alembic's entry: migrates on the connection that ``migrate`` hands it."""

from alembic import context

from imgoe_bot.adapters.store.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
