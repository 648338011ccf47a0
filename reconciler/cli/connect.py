"""The first steps of plan and apply: load the manifest, connect to the cluster."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from importlib import import_module
from threading import Thread
from typing import TYPE_CHECKING

from reconciler.addresses import addresses, objection
from reconciler.cli.manifest import load_manifest
from reconciler.cli.options import ClusterOptions, ManifestOptions
from reconciler.clock import TimeLimit
from reconciler.errors import ClusterUnavailable, ManifestInvalid, Variable, WrongUsage
from reconciler.printable import encodable, unmistakable

if TYPE_CHECKING:
    from reconciler.cluster.properties import ClientSettings
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
        settings = _settings(options, os.environ)
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
        session.connect(_to(desired.cluster.bootstrap_servers, settings), limit)


def _settings(options: ClusterOptions, environ: Mapping[str, str]) -> ClientSettings:
    """The properties of the client, each from the first source that sets it."""
    from reconciler.cluster.properties import ClientSettings, from_environment  # noqa: PLC0415 - only with a cluster
    from reconciler.cluster.property_file import read_property_file  # noqa: PLC0415 - likewise

    settings = from_environment(environ)
    named = options.bootstrap_server
    if named is not None and not named.is_flag:
        servers = ClientSettings({_SERVERS: named.address}, {_SERVERS: Variable(_VARIABLE)})
        settings = servers.over(settings)
    if options.command_config is not None:
        settings = read_property_file(options.command_config, environ).over(settings)
    settings = _from_flags(options.properties).over(settings)
    if named is not None and named.is_flag:
        settings = ClientSettings({_SERVERS: named.address}).over(settings)
    return _checked(settings, is_flag=named is not None and named.is_flag)


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


def _to(servers: str | None, settings: ClientSettings) -> ClientSettings:
    """``settings`` with the brokers of the manifest. Raises WrongUsage where the manifest names none either."""
    from reconciler.cluster.properties import ClientSettings  # noqa: PLC0415 - as above

    if servers is None:
        raise WrongUsage.because("usage", _NO_CLUSTER)
    return _checked(ClientSettings({_SERVERS: servers}).over(settings), is_flag=False)


def _checked(settings: ClientSettings, *, is_flag: bool) -> ClientSettings:
    """``settings`` with the addresses in the form that the client takes.

    Raises WrongUsage for an invalid address in a flag, ClusterUnavailable for one in any other place.
    """
    from reconciler.cluster.properties import ClientSettings  # noqa: PLC0415 - as above

    for key, value in settings.properties.items():
        if encodable(key + value) != key + value:
            place = settings.places.get(key)
            words = f"the value of {place if isinstance(place, Variable) else encodable(key)} is not UTF-8 text"
            raise (ClusterUnavailable if place else WrongUsage).because("client-property", words, origin=place)
    text = settings.properties.get(_SERVERS)
    if text is None:
        return settings
    wrong = objection(text, security_protocol=settings.properties.get("security.protocol", "PLAINTEXT"))
    if wrong is None:
        return ClientSettings({_SERVERS: ",".join(addresses(text))}).over(settings)
    match settings.places.get(_SERVERS):
        case None if is_flag:
            raise WrongUsage.because("usage", f"--bootstrap-server: {wrong}")
        case Variable(name) as place:
            raise ClusterUnavailable.because("bootstrap-servers", f"{name}: {wrong}", origin=place)
        case place:
            raise ClusterUnavailable.because("bootstrap-servers", f"{_SERVERS}: {wrong}", origin=place)


def preload_report() -> None:
    """Import the modules of the report, which takes 70 ms, in a thread while the brokers answer."""
    Thread(target=import_module, args=("reconciler.report.text",), daemon=True).start()
