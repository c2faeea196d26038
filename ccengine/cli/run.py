"""`ccengine run`: the engine itself."""

from __future__ import annotations

from ccengine.cli.output import read_configuration, read_settings


def run() -> None:
    """Serve calls until told to stop. Refuses to start on a mistake in the configuration."""
    settings = read_settings()
    configuration = read_configuration(settings)
    # Here, so that `ccengine info` does not load a web server and a database first.
    from ccengine import app

    app.run(settings, configuration)
