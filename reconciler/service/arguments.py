"""What a service asks for: which topics, which cluster, and how missing topics are created."""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from reconciler.clock import TimeLimit
from reconciler.errors import Diagnostic, ReconcilerError
from reconciler.misspelt import KAFKAS, meant, no_effect
from reconciler.model import DesiredState, Scope, TopicSpec
from reconciler.printable import quoted
from reconciler.service.creation import SETTINGS, CreationSettings, creation_settings

if TYPE_CHECKING:
    from reconciler.cluster.connection import Client
    from reconciler.cluster.properties import ClientSettings
    from reconciler.session import Session

Topics = str | os.PathLike[str] | DesiredState | Iterable[TopicSpec]
"""A manifest's path (a file or a directory), a manifest that is loaded, or topics that the program makes."""
Property = str | int | float | bool

_NO_CLUSTER = (
    "no cluster: pass bootstrap_servers, properties or client, set KAFKA_BOOTSTRAP_SERVERS, "
    "or write cluster.bootstrap_servers into the manifest"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Arguments:
    """The arguments of ``ensure_topics`` and ``HealthMonitor``, before variables and the manifest are read.

    ``repr`` shows neither properties nor variables, which may be secrets.
    """

    topics: Topics
    environment: str | None = None
    bootstrap_servers: str | None = None
    properties: Mapping[str, Property] = field(default_factory=dict, repr=False)
    client: Client | None = None
    auto_create: bool | None = None
    timeout: float | None = None
    retries: int | None = None
    retry_delay: float | None = None
    deadline: float | None = None
    group: str | None = None
    require_partitions: bool = False
    environ: Mapping[str, str] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        """Keep the topics, and refuse arguments that make no sense together. Raises TypeError and ValueError."""
        if not isinstance(self.topics, str | os.PathLike):
            if self.environment is not None:
                raise ValueError("environment selects an overlay of a manifest; pass the path of the manifest")
            if not isinstance(self.topics, DesiredState):
                object.__setattr__(self, "topics", tuple(map(_spec, self.topics)))
        if self.client is not None and (self.bootstrap_servers is not None or self.properties):
            raise ValueError("pass either client, or bootstrap_servers and properties")

    def creation(self) -> CreationSettings:
        """How topics are created. Raises WrongUsage for a wrong variable, ValueError for a wrong argument."""
        return creation_settings(
            self.environ,
            auto_create=self.auto_create,
            timeout=self.timeout,
            retries=self.retries,
            retry_delay=self.retry_delay,
        )

    def near_misses(self) -> Iterator[Diagnostic]:
        """A warning for each variable that is set, has no effect, and nearly has the name of one that has."""
        from reconciler.cluster.variables import ALL_VARIABLES  # noqa: PLC0415 - only where a client is made

        known = {*SETTINGS, *ALL_VARIABLES, "KAFKA_BOOTSTRAP_SERVERS"}
        for name in sorted(self.environ):
            if name.startswith(KAFKAS) and name not in known and self.environ[name].strip():
                probable = meant(name, known)
                if probable is not None:
                    yield no_effect(name, probable)

    def desired(self, today: date) -> DesiredState:
        """The topics that the service needs, without the scope of their manifest. Raises ManifestInvalid."""
        from reconciler.manifest.load import load  # noqa: PLC0415 - the YAML parser, where nothing else needs it
        from reconciler.manifest.specs import desired_of_specs  # noqa: PLC0415 - likewise

        match self.topics:
            case DesiredState() as desired:
                pass
            case str() | os.PathLike() as path:
                desired = load([Path(path)], self.environment, self.environ, today=today)
            case specs:
                desired = desired_of_specs(specs, self.environ, today=today)
        return replace(desired, scope=Scope())

    def client_settings(self) -> ClientSettings:
        """Properties of the client by the first source that sets each. Raises ClusterUnavailable and WrongUsage."""
        from reconciler.cluster.properties import (  # noqa: PLC0415 - only where a client is made
            ClientSettings,
            canonical,
            value_of,
        )
        from reconciler.cluster.servers import SERVERS, checked, servers_of_variable  # noqa: PLC0415 - likewise
        from reconciler.cluster.variables import completed_by  # noqa: PLC0415 - likewise

        named = {} if self.bootstrap_servers is None else {SERVERS: self.bootstrap_servers}
        given = {canonical(key): value_of(key, _text(key, value)) for key, value in self.properties.items()}
        settings = ClientSettings(named).over(ClientSettings(given)).over(servers_of_variable(self.environ))
        settings = completed_by(self.environ, settings)
        return checked(settings, given_as="bootstrap_servers" if named else None)


def open_and_take(
    session: Session, needs: Arguments, desired: Callable[[], DesiredState], *, at_most: float = math.inf
) -> CreationSettings:
    """Connect ``session``, and give it the topics; a cluster that the manifest names is connected to afterwards.

    No step takes longer without progress than the timeout of the settings returned, or ``at_most`` seconds. Raises
    ReconcilerError with the problems of variables, properties and topics.
    """
    settings: ClientSettings | None = None
    problems: list[ReconcilerError] = []
    creation = CreationSettings()
    try:
        creation = needs.creation()
    except ReconcilerError as error:
        problems.append(error)
    limit = TimeLimit(min(creation.timeout, at_most), deadline=needs.deadline)
    try:
        if needs.client is not None:
            session.connect_with(needs.client, limit)
        else:
            settings = needs.client_settings()
            if "bootstrap.servers" in settings.properties:
                session.connect(settings, limit)
    except ReconcilerError as error:
        problems.append(error)
    try:
        taken = session.take(desired())
    except ReconcilerError as error:
        problems.append(error)
    if problems:
        raise (
            problems[0]
            if len(problems) == 1
            else ReconcilerError(*(it for each in problems for it in each.diagnostics))
        )
    if settings is not None and "bootstrap.servers" not in settings.properties:
        from reconciler.cluster.servers import with_servers  # noqa: PLC0415 - as above

        session.connect(with_servers(taken.cluster.bootstrap_servers, settings, none_given=_NO_CLUSTER), limit)
    return creation


def _spec(topic: object) -> TopicSpec:
    if isinstance(topic, TopicSpec):
        return topic
    raise TypeError(f"topics must be a path, a DesiredState or TopicSpecs, not {type(topic).__name__}")


def _text(key: str, value: Property) -> str:
    """``value`` as librdkafka reads it. Raises TypeError for a callback, which only a client can have."""
    match value:
        case bool():
            return str(value).lower()
        case str() | int() | float():
            return str(value)
    raise TypeError(
        f"properties[{quoted(key)}] is a {type(value).__name__}; pass a client that is made with it instead"
    )
