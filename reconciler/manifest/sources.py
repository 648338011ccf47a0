"""Which files a manifest is made of."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from reconciler.errors import Diagnostic, Severity

_ENDINGS = (".yaml", ".yml")


def manifest_files(paths: Iterable[Path]) -> tuple[list[Path], list[Diagnostic]]:
    """The files themselves, and of each directory every YAML file in it, however deep, sorted."""
    files: list[Path] = []
    problems: list[Diagnostic] = []
    for path in paths:
        if not path.is_dir():
            files.append(path)
            continue
        inside = sorted(file for file in path.rglob("*") if file.suffix in _ENDINGS and file.is_file())
        files += inside
        if not inside:
            problems.append(_error("no-files", f"{path}: no *.yaml or *.yml file in this directory"))
    return list(dict.fromkeys(files)), problems


def overlay_files(paths: Sequence[Path], environment: str) -> tuple[list[Path], list[Diagnostic]]:
    """The files of the overlay of ``environment``: beside each path, and beside at least one of them."""
    candidates = [candidate for path in paths for candidate in _overlays_of(path, environment)]
    found = [candidate for candidate in candidates if candidate.exists()]
    if not found:
        wanted = " or ".join(str(candidate) for candidate in candidates)
        return [], [_error("no-overlay", f"-e {environment}: there is no {wanted}", "make one, or leave out -e")]
    return manifest_files(found)


def _overlays_of(path: Path, environment: str) -> list[Path]:
    """``topics.prod.yaml`` for ``topics.yaml``; for a directory ``topics``, also ``topics.prod``."""
    if path.is_dir():
        whole = path.resolve()  # "." has no name
        return [path.parent / f"{whole.name}.{environment}{ending}" for ending in ("", *_ENDINGS)]
    return [path.with_name(f"{path.stem}.{environment}{path.suffix}")]


def _error(code: str, message: str, hint: str | None = None) -> Diagnostic:
    return Diagnostic(severity=Severity.ERROR, code=code, message=message, hint=hint)
