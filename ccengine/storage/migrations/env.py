"""What alembic runs: the migrations, on the connection that the caller has opened."""

from alembic import context

from ccengine.storage import dialing_tables, quality_tables  # noqa: F401 - add their tables
from ccengine.storage.tables import METADATA

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    render_as_batch=True,  # SQLite alters tables by copying them
)
with context.begin_transaction():
    context.run_migrations()
