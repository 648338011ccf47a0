"""The addresses of the cluster's brokers, by the first source that has some, in the form that the client takes."""

from __future__ import annotations

from collections.abc import Mapping

from reconciler.addresses import addresses, objection
from reconciler.cluster.properties import ClientSettings
from reconciler.errors import ClusterUnavailable, Variable, WrongUsage
from reconciler.printable import encodable

SERVERS = "bootstrap.servers"
VARIABLE = "KAFKA_BOOTSTRAP_SERVERS"


def servers_of_variable(environ: Mapping[str, str]) -> ClientSettings:
    """The brokers that ``KAFKA_BOOTSTRAP_SERVERS`` names; none where it is blank."""
    text = environ.get(VARIABLE, "").strip()
    return ClientSettings({SERVERS: text}, {SERVERS: Variable(VARIABLE)}) if text else ClientSettings()


def checked(settings: ClientSettings, *, given_as: str | None) -> ClientSettings:
    """``settings`` with the addresses in the form that the client takes.

    ``given_as`` is the option or argument that the addresses are from, ``None`` where they are from another place.
    Raises WrongUsage for an invalid address in that option, ClusterUnavailable for one in any other place.
    """
    for key, value in settings.properties.items():
        if encodable(key + value) != key + value:
            place = settings.places.get(key)
            words = f"the value of {place if isinstance(place, Variable) else encodable(key)} is not UTF-8 text"
            raise (ClusterUnavailable if place else WrongUsage).because("client-property", words, origin=place)
    text = settings.properties.get(SERVERS)
    if text is None:
        return settings
    wrong = objection(text, security_protocol=settings.properties.get("security.protocol", "PLAINTEXT"))
    if wrong is None:
        return ClientSettings({SERVERS: ",".join(addresses(text))}).over(settings)
    match settings.places.get(SERVERS):
        case None if given_as is not None:
            raise WrongUsage.because("usage", f"{given_as}: {wrong}")
        case Variable(name) as place:
            raise ClusterUnavailable.because("bootstrap-servers", f"{name}: {wrong}", origin=place)
        case place:
            raise ClusterUnavailable.because("bootstrap-servers", f"{SERVERS}: {wrong}", origin=place)


def with_servers(servers: str | None, settings: ClientSettings, *, none_given: str) -> ClientSettings:
    """``settings`` with the brokers of the manifest. Raises WrongUsage with ``none_given`` where it names none."""
    if servers is None:
        raise WrongUsage.because("usage", none_given)
    return checked(ClientSettings({SERVERS: servers}).over(settings), given_as=None)
