"""What a scripted Kafka does wrong, as data."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal

Api = Literal[
    "metadata",
    "list_offsets",
    "create_topics",
    "create_partitions",
    "delete_topics",
    "describe_configs",
    "incremental_alter_configs",
    "sasl_handshake",
    "sasl_authenticate",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What happens to ``times`` requests (``None``: every one) to ``api`` about any of ``topics`` (``None``: all).

    ``error`` and ``message`` are answered for these topics, instead of doing it or ``after`` it is done. The rest
    befalls the whole request: the connection is cut ``before`` it is done, ``after`` that but before the answer,
    or with the ``request`` half read, when nobody knows its topics. Or it is done, but the answer is ``delay``
    seconds late, as is all that follows on the connection; or it is ``garbage``; or it is too ``short``.

    What a broker is to check only (``validate_only``) meets the faults with ``checks``, and no other.

    The client asks for metadata of no topics whenever it likes: only a cut half read befalls that. Its first list
    of topics it asks for twice, if the connection to the bootstrap address ends before the answer.
    """

    api: Api
    topics: Collection[str] | None = None
    times: int | None = 1
    error: int = 0
    message: str | None = None
    after: bool = False
    cut: Literal["before", "after", "request"] | None = None
    delay: float = 0
    garbage: bool = False
    short: bool = False
    checks: bool = False

    def __post_init__(self) -> None:
        """Refuse what could never happen: a test would pass without it."""
        if not (self.error or self.cut or self.delay or self.garbage or self.short):
            raise ValueError("a fault needs error, cut, delay, garbage or short")
        if self.cut == "request" and self.topics is not None:
            raise ValueError("the topics of a request half read are not known")

    @property
    def is_of_request(self) -> bool:
        """Whether more than the answer for named topics is wrong."""
        return self.topics is None or bool(self.cut or self.delay or self.garbage or self.short)


class Script:
    """Faults in the order in which they are to happen."""

    def __init__(self, faults: Collection[Fault]) -> None:
        self.faults = list(faults)
        self._happened: Counter[int] = Counter()

    def left(self) -> dict[int, Fault]:
        """Those that have not happened as often as they are to, by their place in the script."""
        return {
            place: fault
            for place, fault in enumerate(self.faults)
            if fault.times is None or self._happened[place] < fault.times
        }

    def _for(self, api: str, *, checks: bool) -> dict[int, Fault]:
        return {place: fault for place, fault in self.left().items() if (fault.api, fault.checks) == (api, checks)}

    def cuts_half_read(self, api: str, *, checks: bool) -> bool:
        """Whether the next fault of ``api`` cuts a request half read. Then it has happened."""
        place, fault = next(iter(self._for(api, checks=checks).items()), (0, None))
        is_cut = fault is not None and fault.cut == "request"
        self._happened[place] += is_cut
        return is_cut

    def take(self, api: str, topics: Collection[str], *, checks: bool = False) -> dict[str, Fault]:
        """What happens to the topics of a request, or to ``""`` if it has none: the first fault left that fits.

        Where that is an error of named topics, so do those that follow it, up to one of the whole request.
        """
        met: dict[str, int] = {}
        for place, fault in self._for(api, checks=checks).items():
            fitting = [name for name in topics or [""] if fault.topics is None or name in fault.topics]
            if not fitting or fault.cut == "request":
                continue
            if fault.is_of_request and met:
                break
            met = dict.fromkeys(fitting, place) | met
            if fault.is_of_request:
                break
        self._happened.update(set(met.values()))
        return {name: self.faults[place] for name, place in met.items()}
