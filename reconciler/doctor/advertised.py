"""The addresses that brokers advertise: clients go there after the first answer, whatever address they began with."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

from reconciler.doctor.check import Check, Status
from reconciler.doctor.network import is_this_machine, split
from reconciler.doctor.visit import NETWORK, Visited

ADVERTISED = "advertised-address"
_KUBERNETES = (".svc", ".svc.cluster.local")
_LISTENERS = "clients go to advertised.listeners of each broker after the first answer"


def judged(
    brokers: Collection[tuple[int, str]], visits: Mapping[str, Visited], bootstrap: frozenset[str]
) -> tuple[Check, ...]:
    """A check for each of the ``brokers``, a node id and an advertised address, by the ``visits`` there."""
    return tuple(_judged(number, address, visits.get(address), bootstrap) for number, address in sorted(brokers))


def _judged(number: int, address: str, visited: Visited | None, bootstrap: frozenset[str]) -> Check:
    check = Check(name=ADVERTISED, subject=f"broker {number}", status=Status.OK, detail=address)
    if visited is None:
        return replace(check, status=Status.SKIPPED, detail=f"{address}: no time was left")
    check = replace(check, seconds=sum(each.seconds for each in visited.checks))
    if (failed := visited.failed) is not None:
        is_unreachable = failed.name in NETWORK
        return replace(
            check,
            status=Status.FAILED,
            code="advertised-unreachable" if is_unreachable else failed.code,
            detail=f"{address}, which broker {number} advertises, cannot be used from here: {failed.detail}",
            remedy=hint(address, bootstrap) if is_unreachable else failed.remedy,
        )
    warned = next((each for each in visited.checks if each.status is Status.WARNING), None)
    if warned is None:
        return check
    detail = f"{address}: {warned.detail}"
    return replace(warned, name=check.name, subject=check.subject, detail=detail, seconds=check.seconds)


def hint(address: str, bootstrap: frozenset[str]) -> str:
    """What to do about an advertised ``address`` that cannot be reached, by what its host name looks like."""
    host, port = split(address)
    if host.endswith(_KUBERNETES):
        return (
            f"{_LISTENERS}; {host} is a name inside a Kubernetes cluster: run this in a pod there, or use the "
            "bootstrap address of an external listener (load balancer, node port); forwarding the bootstrap port alone "
            "is not enough"
        )
    if is_this_machine(host) and not all(is_this_machine(split(each)[0]) for each in bootstrap):
        return (
            f"{_LISTENERS}; {host} is the machine of each client, not the broker's: set advertised.listeners to an "
            "address of the broker that clients can reach"
        )
    if "." not in host and ":" not in host and not is_this_machine(host):
        return (
            f"{_LISTENERS}; {host} looks like the name of a container: give the broker a second listener for clients "
            f"outside, for example EXTERNAL://localhost:{port} in advertised.listeners with a published port, or run "
            "this in the same Docker network"
        )
    return (
        f"{_LISTENERS}; set advertised.listeners to an address that this machine can reach, or open the way there "
        "(VPN, firewall, security group)"
    )
