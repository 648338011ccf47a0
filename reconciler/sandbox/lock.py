"""``python -m reconciler.sandbox.lock 4.4.0``: pin a Kafka version by the hashes of all its jars.

For maintainers. The file it writes is committed; nothing is resolved on a user's machine.
"""

from __future__ import annotations

import hashlib
import sys
import tempfile
from pathlib import Path

from reconciler.sandbox.versions import LOCKS

LOGGING = "org.slf4j:slf4j-simple:1.7.36"  # Kafka's own jars write no log line without one like it


def lock(version: str, cache: Path) -> str:
    """The lock file of a Kafka version: a repository path and a SHA-256 a line."""
    from jgo.maven import MavenContext  # noqa: PLC0415 - from the extra [sandbox]

    context = MavenContext(repo_cache=cache)
    roots = [
        context.create_dependency(coordinate) for coordinate in (f"org.apache.kafka:kafka_2.13:{version}", LOGGING)
    ]
    inputs, transitive = context.resolver.resolve(roots)
    lines = []
    for dependency in [*inputs, *transitive]:
        artifact = dependency.artifact
        jar = artifact.resolve()
        repository_path = "/".join(
            (*artifact.groupId.split("."), artifact.artifactId, artifact.version, artifact.filename)
        )
        lines.append(f"{repository_path} {hashlib.sha256(jar.read_bytes()).hexdigest()}\n")
    return "".join(sorted(set(lines)))


if __name__ == "__main__":
    for each in sys.argv[1:]:
        with tempfile.TemporaryDirectory() as folder:
            (LOCKS / f"{each}.lock").write_text(lock(each, Path(folder)), encoding="utf-8")
