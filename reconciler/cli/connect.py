"""Options to a connection."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from reconciler.addresses import addresses, objection
from reconciler.cli.options import ClusterOptions
from reconciler.clock import TimeLimit
from reconciler.errors import ClusterUnavailable, Diagnostic, Variable, WrongUsage
from reconciler.printable import encodable, unmistakable

if TYPE_CHECKING:
    from reconciler.cluster.connection import Connection
    from reconciler.cluster.properties import ClientSettings

Tell = Callable[[str], None]
Check = Callable[[], None]

_SERVERS = "bootstrap.servers"
_VARIABLE = "KAFKA_BOOTSTRAP_SERVERS"
_NO_CLUSTER = (
    f"no cluster: give --bootstrap-server HOST:PORT, set {_VARIABLE}, "
    "or write cluster.bootstrap_servers into the manifest"
)


@dataclass(frozen=True, slots=True)
class Connecting:
    """A connection that is on its way while the manifest is read, which may name the cluster.

    Options, file and environment are read once, before: a pipe is empty the second time.
    """

    _options: ClusterOptions
    _tell: Tell
    _check: Check
    _settings: ClientSettings | None = None
    _early: Connection | None = None
    _problem: ClusterUnavailable | WrongUsage | None = None

    @property
    def problems(self) -> Sequence[Diagnostic]:
        """What is wrong with the options, so far as it is known without the manifest."""
        return self._problem.diagnostics if self._problem else ()

    def finish(self, *, otherwise: str | None) -> Connection:
        """The connection, to the brokers ``otherwise`` where the options name none.

        Raises ClusterUnavailable where the settings are wrong, WrongUsage where nothing names a cluster.
        """
        if self._problem is not None:
            raise self._problem
        if self._early is not None:
            return self._early
        if self._settings is None or otherwise is None:
            raise WrongUsage.because("usage", _NO_CLUSTER)
        return _connection(_to(otherwise, self._settings), self._options, self._tell, self._check)


def start_connecting(options: ClusterOptions, environ: Mapping[str, str], tell: Tell, check: Check) -> Connecting:
    """Read the settings and, where they name a cluster, send it the request for metadata.

    Precedence: ``--bootstrap-server``, ``-X``, ``--command-config``, ``KAFKA_*`` variables, the manifest.
    """
    try:
        settings = _settings(options, environ)
        if _SERVERS not in settings.properties:
            return Connecting(options, tell, check, settings)
        early = _connection(settings, options, tell, check)
    except (ClusterUnavailable, WrongUsage) as problem:
        return Connecting(options, tell, check, _problem=problem)
    early.ask_early()
    return Connecting(options, tell, check, settings, early)


def _connection(settings: ClientSettings, options: ClusterOptions, tell: Tell, check: Check) -> Connection:
    from reconciler.cluster.connection import Connection  # noqa: PLC0415 - loads the client: 70 ms that others need not pay

    limit = TimeLimit(options.timeout, deadline=options.deadline)
    return Connection(settings.properties, limit=limit, places=settings.places, tell=tell, check=check)


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
    """The properties of ``-X``. Raises WrongUsage, without a text that may be a secret."""
    from reconciler.cluster.properties import ClientSettings, canonical, is_secret, value_of  # noqa: PLC0415 - as above

    properties = {}
    for number, text in enumerate(texts, start=1):
        key, equals, value = (part.strip() for part in text.partition("="))
        if not equals or not key:
            which = f"number {number} " if len(texts) > 1 else ""
            raise WrongUsage.because("usage", f"-X {which}is not key=value; write -X security.protocol=SSL")
        if is_secret(key):
            raise WrongUsage.because(
                "usage",
                f"-X {unmistakable(key)}: other users of this machine can see command lines; "
                "write the property into the file of --command-config",
            )
        properties[canonical(key)] = value_of(key, value)
    return ClientSettings(properties)


def _to(servers: str, settings: ClientSettings) -> ClientSettings:
    """``settings`` with the brokers of the manifest."""
    from reconciler.cluster.properties import ClientSettings  # noqa: PLC0415 - as above

    return _checked(ClientSettings({_SERVERS: servers}).over(settings), is_flag=False)


def _checked(settings: ClientSettings, *, is_flag: bool) -> ClientSettings:
    """``settings`` with the addresses in the form that the client takes.

    Raises WrongUsage for a flag with what is no address, ClusterUnavailable for any other place.
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
