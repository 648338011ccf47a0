"""What a start would compute anew each time, kept in the cache: a formatted data folder, and a class archive.

The JVM maps the classes of an archive instead of reading, verifying and linking them (JEP 350; the Docker image of
Kafka has archives too, KIP-975). An archive serves one build of Java and one set of jars; the JVM ignores any other.
"""

from __future__ import annotations

import fcntl
import os
import re
import shutil
import signal
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from reconciler.errors import SandboxError
from reconciler.sandbox.kafka_nodes import LOOPBACK, KafkaNode, new_id, plan_nodes, write_properties
from reconciler.sandbox.servers import PortTaken, Servers, await_end, await_ready, format_storage, guarded
from reconciler.sandbox.temporary import temporary_folder

_ARCHIVE, _DATA, _META = "classes.jsa", "data", "meta.properties"
_USE_SECONDS = 10.0
_CONTENT = "2"
"""Another number for each change of what is kept."""
_MOST_KEPT = 3
"""For one Kafka version: a machine may have several builds of Java."""
_FORMATTED_DIFFERENTLY = (
    "log.dir",
    "metadata.log.",
    "process.roles",
    "controller.quorum.",
    "inter.broker.",
    "unstable.",
)
"""Beginnings of the server properties that matter when a data folder is formatted."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """A folder of the cache; what could not be kept is not there, and a start then does without it."""

    folder: Path

    def with_archive(self, jvm: Sequence[str]) -> list[str]:
        """The command line ``jvm`` with the class archive."""
        archive = self.folder / _ARCHIVE
        return [jvm[0], *([f"-XX:SharedArchiveFile={archive}"] if archive.exists() else []), *jvm[1:]]

    def format(self, node: KafkaNode, cluster_id: str, extra: Collection[str]) -> bool:
        """Format the data folder of ``node``; ``False`` where that takes Kafka's own tool.

        ``extra`` are the names of the server properties that the caller gives.
        """
        if not (self.folder / _DATA).exists() or any(key.startswith(_FORMATTED_DIFFERENTLY) for key in extra):
            return False
        shutil.copytree(self.folder / _DATA, node.data)
        own = {"cluster.id": cluster_id, "directory.id": new_id(), "node.id": str(node.node_id)}
        meta = node.data / _META
        text = meta.read_text(encoding="utf-8")
        for key, value in own.items():
            text = re.sub(rf"(?m)^{re.escape(key)}=.*$", f"{key}={value}", text)
        meta.write_text(text, encoding="utf-8")
        return True


def prepare(
    version: str,
    *,
    build: str,
    jvm: Sequence[str],
    jars: Sequence[Path],
    cache: Path,
    progress: Callable[[str], None],
) -> Prepared:
    """What makes starts of this Kafka ``version`` with this ``build`` of Java quick, made by a start of its own.

    Nothing is made where the cache cannot be written, or while another process makes it.
    """
    folder = cache / "prepared" / f"{version}-{_key(build, jvm, jars)}"
    with suppress(OSError, SandboxError, PortTaken):
        if folder.exists():
            os.utime(folder)
        else:
            folder.parent.mkdir(parents=True, exist_ok=True)
            with _alone(folder.parent / "lock") as alone:
                if alone and not folder.exists():
                    progress(f"preparing Apache Kafka {version} for quick starts (first start only)")
                    _make(folder, jvm)
                    _remove_old(folder.parent, version)
    return Prepared(folder)


def _key(build: str, jvm: Sequence[str], jars: Sequence[Path]) -> str:
    """A name for all that an archive depends on; the JVM compares the times of the jars, too."""
    parts = [_CONTENT, build, *jvm, *(str(jar.stat().st_mtime_ns) for jar in jars)]
    return sha256("\n".join(parts).encode()).hexdigest()[:16]


@contextmanager
def _alone(lock: Path) -> Iterator[bool]:
    """Whether no other process is in this block."""
    with lock.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True


def _make(folder: Path, jvm: Sequence[str]) -> None:
    """Make ``folder`` as a whole. Raises SandboxError, PortTaken and OSError."""
    making = folder.with_name("making")
    shutil.rmtree(making, ignore_errors=True)  # of a process that was killed
    making.mkdir()
    recording = [jvm[0], f"-XX:ArchiveClassesAtExit={making / _ARCHIVE}", *jvm[1:]]
    try:
        with temporary_folder() as scratch, guarded(recording, scratch) as servers:
            (node,) = plan_nodes(1, scratch, first_port=None, advertised_ports=())
            write_properties([node], {})
            format_storage(jvm, node, new_id())
            shutil.copytree(node.data, making / _DATA)
            # Where a JVM cannot record an archive, there is none; another attempt would not help.
            with suppress(SandboxError):
                _run_to_the_end(node, servers)
        making.rename(folder)
    finally:
        shutil.rmtree(making, ignore_errors=True)


def _run_to_the_end(node: KafkaNode, servers: Servers) -> None:
    """Start a server, use it, and end it in an orderly way, so that its JVM writes the archive.

    Raises SandboxError and PortTaken.
    """
    from reconciler.cluster.first_use import use_once  # noqa: PLC0415 - loads the Kafka client, and once only

    pid = servers.start(node)
    await_ready({node: pid})
    use_once(f"{LOOPBACK}:{node.port}", seconds=_USE_SECONDS)
    os.kill(pid, signal.SIGTERM)
    await_end(pid)


def _remove_old(folder: Path, version: str) -> None:
    """Remove all but the folders of ``version`` that were used last."""
    used = sorted(folder.glob(f"{version}-*"), key=lambda each: each.stat().st_mtime, reverse=True)
    for each in used[_MOST_KEPT:]:
        shutil.rmtree(each, ignore_errors=True)
