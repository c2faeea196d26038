"""What alembic runs: the migrations, on the connection that the caller has opened."""

from alembic import context

from ccengine.storage import (  # add their tables
    dialing_tables,  # noqa: F401
    lead_tables,  # noqa: F401
    quality_tables,  # noqa: F401
)
from ccengine.storage.tables import METADATA

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    render_as_batch=True,  # SQLite alters tables by copying them
)
with context.begin_transaction():
    context.run_migrations()
