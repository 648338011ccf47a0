"""The sides of ``compare``, as somebody types them."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from reconciler.cli.connect import client_settings, with_servers_of
from reconciler.cli.options import BootstrapServer, ClusterOptions, ManifestOptions
from reconciler.clock import TimeLimit
from reconciler.errors import WrongUsage
from reconciler.manifest.sources import environments
from reconciler.printable import quoted, unmistakable
from reconciler.session.comparing import ClusterSide, ManifestSide, Place, ReportSide

if TYPE_CHECKING:
    from reconciler.model import DesiredState

_CLUSTER = "cluster"
_ADDRESS = re.compile(r"[^,]*:[0-9]{1,5}")
_FORMS = "an environment, a manifest, a report (.json), HOST:PORT, or the word cluster"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sides:
    """Finds what a word means: an environment, a file, or a cluster."""

    manifest: ManifestOptions
    cluster: ClusterOptions
    load: Callable[[str | None], DesiredState]
    """Loads the manifest of ``-f`` with the overlay of an environment."""

    def place(self, text: str) -> Place:
        """What ``text`` means. Raises WrongUsage where that is nothing, or more than one thing, and ReconcilerError."""
        prefix, colon, rest = text.partition(":")
        if colon and rest and prefix in self._prefixes() and not rest.isdigit():
            return self._prefixes()[prefix](rest)
        found = dict(self._meanings(text))
        if len(found) == 1:
            ((_, place),) = found.items()
            return place()
        if found:
            ways = " or ".join(f"{prefix}:{unmistakable(text)}" for prefix in found if prefix != text)
            kinds = " and ".join(_KINDS[prefix] for prefix in found)
            raise WrongUsage.because("usage", f"{quoted(text)} is both {kinds}", hint=f"write {ways}")
        raise WrongUsage.because("usage", f"{quoted(text)} is not {_FORMS}", hint=self._there_are())

    def _prefixes(self) -> Mapping[str, Callable[[str], Place]]:
        return {"env": self._environment, "file": self._file, "report": _report, _CLUSTER: self._cluster}

    def _meanings(self, text: str) -> Iterator[tuple[str, Callable[[], Place]]]:
        """Everything that ``text`` can mean, by prefix."""
        if text == _CLUSTER:
            yield _CLUSTER, self._named_cluster
        elif _is_addresses(text):
            yield _CLUSTER, lambda: self._cluster(text)
        if text in environments(self.manifest.files):
            yield "env", lambda: self._environment(text)
        if os.path.lexists(text):
            is_report = Path(text).suffix == ".json" and not Path(text).is_dir()
            yield ("report", lambda: _report(text)) if is_report else ("file", lambda: self._file(text))

    def _environment(self, name: str) -> Place:
        return ManifestSide(files=self.manifest.files, environment=name)

    def _file(self, path: str) -> Place:
        return ManifestSide(files=[Path(path)], environment=self.manifest.environment)

    def _cluster(self, text: str) -> Place:
        """The cluster at addresses, of a file of client properties, or of an environment of the manifest."""
        if _is_addresses(text):
            return self._at(BootstrapServer(text, is_flag=True), self.cluster.command_config)
        is_environment, is_file = text in environments(self.manifest.files), Path(text).is_file()
        if is_environment == is_file:
            what = "both an environment and a file" if is_file else "not HOST:PORT, an environment or a file"
            hint = "use a file of client properties with bootstrap.servers" if is_file else self._there_are()
            raise WrongUsage.because("usage", f"{_CLUSTER}:{unmistakable(text)}: {quoted(text)} is {what}", hint=hint)
        if is_file:
            return self._at(None, Path(text))
        return self._of_environment(text)

    def _named_cluster(self) -> Place:
        """The cluster that options, variables or the manifest name."""
        settings = client_settings(self.cluster, os.environ)
        if "bootstrap.servers" in settings.properties:
            return ClusterSide(settings=settings, limit=self._limit())
        desired = self.load(self.manifest.environment)
        settings = with_servers_of(desired, settings)
        return ClusterSide(settings=settings, limit=self._limit(), cluster_id=desired.cluster.id)

    def _of_environment(self, name: str) -> Place:
        """The cluster that the manifest names, whatever an option or a variable does."""
        reference = self.load(name).cluster
        if reference.bootstrap_servers is None:
            message = f"{_CLUSTER}:{unmistakable(name)}: the manifest names no cluster in this environment"
            raise WrongUsage.because("usage", message, hint="write cluster.bootstrap_servers into its overlay")
        found = self._at(BootstrapServer(reference.bootstrap_servers, is_flag=True), self.cluster.command_config)
        return replace(found, cluster_id=reference.id)

    def _at(self, server: BootstrapServer | None, config: Path | None) -> ClusterSide:
        options = replace(self.cluster, bootstrap_server=server, command_config=config)
        return ClusterSide(settings=with_servers_of(None, client_settings(options, os.environ)), limit=self._limit())

    def _limit(self) -> TimeLimit:
        return TimeLimit(self.cluster.timeout, deadline=self.cluster.deadline)

    def _there_are(self) -> str:
        files = " and ".join(unmistakable(str(file)) for file in self.manifest.files)
        there = environments(self.manifest.files)
        return f"environments of {files}: {unmistakable(', '.join(there)) if there else 'none'}"


_KINDS = {_CLUSTER: "a cluster", "env": "an environment", "report": "a report", "file": "a file"}


def _report(path: str) -> Place:
    return ReportSide(path=Path(path))


def _is_addresses(text: str) -> bool:
    return all(_ADDRESS.fullmatch(each.strip()) for each in text.split(","))
