"""The first steps of plan and apply: load the manifest, connect to the cluster."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from importlib import import_module
from threading import Thread
from typing import TYPE_CHECKING

from reconciler.cli.manifest import load_manifest
from reconciler.cli.options import ClusterOptions, ConnectionOptions, ManifestOptions
from reconciler.clock import TimeLimit
from reconciler.errors import ClusterUnavailable, Diagnostic, ManifestInvalid, Variable, WrongUsage
from reconciler.printable import unmistakable

if TYPE_CHECKING:
    from reconciler.cluster.properties import ClientSettings
    from reconciler.model import DesiredState
    from reconciler.session import Session

_SERVERS = "bootstrap.servers"
_VARIABLE = "KAFKA_BOOTSTRAP_SERVERS"
_NO_CLUSTER = (
    f"no cluster: give --bootstrap-server HOST:PORT, set {_VARIABLE}, "
    "or write cluster.bootstrap_servers into the manifest"
)


def load_and_connect(session: Session, manifest: ManifestOptions, options: ClusterOptions, only: Sequence[str]) -> None:
    """Load the manifest and connect: before loading where the options name a cluster, else to that of the manifest.

    Options, file and environment are read once, before anything else: a pipe is empty the second time. Precedence:
    ``--bootstrap-server``, ``-X``, ``--command-config``, ``KAFKA_*`` variables, the manifest.
    Raises ManifestInvalid, which includes the errors of the options, ClusterUnavailable and WrongUsage.
    """
    settings, problem = None, None
    limit = TimeLimit(options.timeout, deadline=options.deadline)
    try:
        settings = client_settings(options, os.environ)
        if _SERVERS in settings.properties:
            session.connect(settings, limit)
    except (ClusterUnavailable, WrongUsage) as error:
        problem = error
    try:
        desired = load_manifest(session, manifest, only)
    except ManifestInvalid as invalid:
        raise ManifestInvalid(*invalid.diagnostics, *(problem.diagnostics if problem else ())) from None
    if problem is not None or settings is None:
        raise problem or AssertionError("no settings without a problem")
    if _SERVERS not in settings.properties:
        session.connect(with_servers_of(desired, settings), limit)


def client_settings(options: ConnectionOptions, environ: Mapping[str, str]) -> ClientSettings:
    """The properties of the client, each from the first source that sets it; those of the manifest are not read.

    Raises ClusterUnavailable and WrongUsage.
    """
    from reconciler.cluster.properties import ClientSettings  # noqa: PLC0415 - only with a cluster
    from reconciler.cluster.property_file import read_property_file  # noqa: PLC0415 - likewise
    from reconciler.cluster.servers import checked  # noqa: PLC0415 - likewise
    from reconciler.cluster.variables import completed_by  # noqa: PLC0415 - likewise

    settings = _from_flags(options.properties)
    named = options.bootstrap_server
    if named is not None and named.is_flag:
        settings = ClientSettings({_SERVERS: named.address}).over(settings)
    problems: list[Diagnostic] = []
    if options.command_config is not None:
        try:
            settings = settings.over(read_property_file(options.command_config, environ))
        except ClusterUnavailable as error:
            problems += error.diagnostics
    if named is not None and not named.is_flag:
        settings = settings.over(ClientSettings({_SERVERS: named.address}, {_SERVERS: Variable(_VARIABLE)}))
    try:
        settings = completed_by(environ, settings)
    except ClusterUnavailable as error:
        problems += error.diagnostics
    if problems:
        raise ClusterUnavailable(*problems)
    return checked(settings, given_as="--bootstrap-server" if named is not None and named.is_flag else None)


def _from_flags(texts: Sequence[str]) -> ClientSettings:
    """The properties of ``-X``. Raises WrongUsage, whose message never contains a value: it may be a secret."""
    from reconciler.cluster.properties import ClientSettings, canonical, is_secret, value_of  # noqa: PLC0415 - as above

    properties = {}
    for number, text in enumerate(texts, start=1):
        key, equals, value = (part.strip() for part in text.partition("="))
        if not equals or not key:
            which = f"number {number} " if len(texts) > 1 else ""
            raise WrongUsage.because("usage", f"-X {which}is not KEY=VALUE; write for example -X security.protocol=SSL")
        if is_secret(key):
            raise WrongUsage.because(
                "usage",
                f"-X {unmistakable(key)}: other users of this machine can see command lines; "
                "put the property in the file of --command-config",
            )
        properties[canonical(key)] = value_of(key, value)
    return ClientSettings(properties)


def with_servers_of(desired: DesiredState | None, settings: ClientSettings) -> ClientSettings:
    """``settings``, with the brokers of the manifest where nothing else names some.

    Raises WrongUsage where the manifest names none either, and ClusterUnavailable.
    """
    from reconciler.cluster.servers import with_servers  # noqa: PLC0415 - only with a cluster

    if _SERVERS in settings.properties:
        return settings
    servers = desired.cluster.bootstrap_servers if desired is not None else None
    return with_servers(servers, settings, none_given=_NO_CLUSTER)


def named_cluster(desired: DesiredState, options: ConnectionOptions) -> ClientSettings | None:
    """The properties for the cluster that options, environment or manifest name; ``None`` where none of them does.

    Raises ClusterUnavailable and WrongUsage.
    """
    settings = client_settings(options, os.environ)
    if _SERVERS not in settings.properties and desired.cluster.bootstrap_servers is None:
        return None
    return with_servers_of(desired, settings)


def preload_report() -> None:
    """Import the modules of the report, which takes 70 ms, in a thread while the brokers answer."""
    Thread(target=import_module, args=("reconciler.report.text",), daemon=True).start()
