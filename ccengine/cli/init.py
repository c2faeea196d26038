"""`ccengine init`: prepares the state folder before Asterisk and the engine start."""

from __future__ import annotations

import os

import typer

from ccengine.cli.output import console, fail, read_configuration, read_settings
from ccengine.cli.prompts import build_prompts
from ccengine.config.asterisk_files import UnsafeValue, write_asterisk_files
from ccengine.config.secret_files import SecretMissing
from ccengine.config.secrets import generate
from ccengine.config.state_folder import lay_out

UMASK = 0o007  # what is made here is the group's, too, and nobody else's


def init() -> None:
    """Make folders, secrets, Asterisk's files and prompts. Run as root, as often as you like.

    Secrets and recordings that are there stay; Asterisk's files are written anew.
    """
    os.umask(UMASK)
    settings = read_settings()
    configuration = read_configuration(settings)
    tenant = configuration.tenant
    if tenant is None:
        fail("the configuration cannot be read", "see `ccengine check`")
    try:
        lay_out(settings.paths)
        generate(settings.paths, tenant)
        warnings = write_asterisk_files(tenant, settings, configuration.sent_on_to())
    except (SecretMissing, UnsafeValue) as error:
        fail(str(error))
    except OSError as error:
        fail(f"the state folder {settings.host_paths.root} cannot be prepared: {error}")
    for warning in warnings:
        typer.echo(f"ccengine: {warning}", err=True)
    build_prompts(configuration.prompts, settings)
    console.print(f"state folder {settings.host_paths.root} is ready for tenant '{tenant.id}'")
