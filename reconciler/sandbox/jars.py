"""Kafka's jars, from the cache of this user or from a Maven repository, each with the hash of its lock file."""

from __future__ import annotations

import errno
import hashlib
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from pathlib import Path

from reconciler.errors import SandboxError
from reconciler.sandbox.versions import locked_jars

AT_ONCE = 8
CACHE = "kafka-topic-reconciler"
MIRROR = "RECONCILER_MAVEN_REPOSITORY"
_FULL = {errno.EDQUOT, errno.ENOSPC}
_OF_THE_DISK = {*_FULL, errno.EACCES, errno.ENOTDIR, errno.EPERM, errno.EROFS}


def jars(version: str, environ: Mapping[str, str], progress: Callable[[str], None]) -> list[Path]:
    """The jars of a known Kafka version, fetched where the cache lacks one. Raises SandboxError."""
    return cached(locked_jars(version), f"Apache Kafka {version}", environ, progress)


def cached(
    locked: Mapping[str, str], title: str, environ: Mapping[str, str], progress: Callable[[str], None]
) -> list[Path]:
    """The files of ``locked``, SHA-256 by path in a Maven repository, likewise; ``title`` names them all together."""
    cache = cache_folder() / "maven"
    with _pool() as pool:
        intact = pool.map(_intact, [cache / path for path in locked], locked.values())
        missing = {path: sha256 for (path, sha256), good in zip(locked.items(), intact, strict=True) if not good}
        if missing:
            progress(f"downloading {title}: {len(missing)} files (first start only)")
            _fetch(missing, cache, environ.get(MIRROR), pool, progress)
    return [cache / path for path in locked]


def cache_folder() -> Path:
    """The folder of this package in the user's cache."""
    from platformdirs import user_cache_path  # noqa: PLC0415 - from the extra [sandbox]

    return user_cache_path(CACHE)


@contextmanager
def _pool() -> Iterator[ThreadPoolExecutor]:
    """Threads that do not delay Ctrl-C: a download may take a minute."""
    pool = ThreadPoolExecutor(AT_ONCE)
    try:
        yield pool
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def _intact(file: Path, sha256: str) -> bool:
    try:
        with file.open("rb") as content:
            return hashlib.file_digest(content, "sha256").hexdigest() == sha256
    except FileNotFoundError:
        return False
    except OSError as error:
        raise _cache_problem(file, "read", error) from error


def _fetch(
    missing: Mapping[str, str],
    cache: Path,
    mirror: str | None,
    pool: ThreadPoolExecutor,
    progress: Callable[[str], None],
) -> None:
    import pooch  # noqa: PLC0415 - from the extra [sandbox], and only for a first start

    pooch.get_logger().setLevel("CRITICAL")
    repository = (mirror or _maven_central()).rstrip("/")

    def fetch(path: str, sha256: str) -> None:
        folder = (cache / path).parent
        folder.mkdir(parents=True, exist_ok=True)
        pooch.retrieve(
            f"{repository}/{path}",
            known_hash=f"sha256:{sha256}",
            path=folder,
            fname=Path(path).name,
            downloader=pooch.HTTPDownloader(timeout=60),
        )

    fetches = {pool.submit(fetch, path, sha256): path for path, sha256 in missing.items()}
    for number, done in enumerate(as_completed(fetches), start=1):
        try:
            done.result()
        except Exception as error:
            raise _explained(cache / fetches[done], error, mirrored=mirror is not None) from error
        if number % 10 == 0 or number == len(fetches):
            progress(f"downloaded {number} of {len(fetches)} files")


def _explained(file: Path, error: Exception, *, mirrored: bool) -> SandboxError:
    name = file.name
    if isinstance(error, OSError) and error.errno in _OF_THE_DISK:
        return _cache_problem(file, "written", error)
    if isinstance(error, ValueError):  # how pooch reports a wrong hash
        return SandboxError.because(
            "hash-mismatch",
            f"{name} does not match the SHA-256 in the lock file",
            hint=f"the repository in {MIRROR} has a different file"
            if mirrored
            else "try again; if it fails again, please report it",
        )
    return SandboxError.because(
        "no-download",
        f"cannot download {name}: {_short(error)}",
        hint=f"the first start needs network access; or set {MIRROR} to the address of a reachable Maven repository",
    )


def _cache_problem(file: Path, done: str, error: OSError) -> SandboxError:
    way_out = "free some space" if error.errno in _FULL else "let this user read and write it"
    return SandboxError.because(
        "no-cache",
        f"{file} cannot be {done}: {error.strerror}",
        hint=f"Kafka's files are cached there; {way_out}, or set XDG_CACHE_HOME to another folder",
    )


def _short(error: BaseException) -> str:
    """The innermost reason: what wraps it only repeats addresses."""
    reason = getattr(error, "reason", None)
    while isinstance(reason, BaseException) or (error.args and isinstance(error.args[0], BaseException)):
        error = reason if isinstance(reason, BaseException) else error.args[0]
        reason = getattr(error, "reason", None)
    return f"{type(error).__name__}: {error}"


def _maven_central() -> str:
    from jgo.constants import MAVEN_CENTRAL_URL  # noqa: PLC0415 - from the extra [sandbox]

    return str(MAVEN_CENTRAL_URL)
