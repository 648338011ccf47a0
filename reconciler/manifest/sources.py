"""The files of a manifest and of its overlays."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from difflib import get_close_matches
from pathlib import Path

from reconciler.errors import Diagnostic, Severity
from reconciler.printable import quoted, unmistakable

_ENDINGS = (".yaml", ".yml")
STANDARD_INPUT = Path("-")
"""The path that means standard input."""


def manifest_files(paths: Iterable[Path]) -> tuple[list[Path], list[Diagnostic]]:
    """The files of ``paths``: each file itself, and every YAML file in a directory that is not hidden or an overlay.

    A file that several paths lead to is there once.
    """
    files: list[Path] = []
    problems: list[Diagnostic] = []
    for path in paths:
        inside, more = _files_of(path)
        overlays = _overlays_inside(inside) if _is_dir(path) else {}
        files += [file for file in inside if file not in overlays]
        problems += [*more, *(_overlay_inside(path, file, base) for file, base in overlays.items())]
    return _each_once(files), problems


def overlay_files(paths: Sequence[Path], environment: str) -> tuple[list[Path], list[Diagnostic]]:
    """The overlay files of ``environment`` next to ``paths``; an error if none of the paths has one."""
    beside = [path for path in paths if path != STANDARD_INPUT]
    if not beside:
        words = f"-e {unmistakable(environment)}: a manifest from standard input cannot have an overlay"
        return [], [_error("no-overlay", words, "pass the manifest as a file or directory")]
    candidates = [candidate for path in beside for candidate in _overlays_of(path, environment)]
    found = [candidate for candidate in candidates if _may_exist(candidate)]
    if not found:
        wanted = unmistakable(", ".join(str(candidate) for candidate in candidates))
        words = f"no overlay for {quoted(environment)}; looked for {wanted}"
        return [], [_error("no-overlay", words, _instead(environment, environments(beside)))]
    read = [_files_of(path) for path in found]
    problems = [*_spelt_twice(found), *(problem for _, more in read for problem in more)]
    return _each_once(file for files, _ in read for file in files), problems


def environments(paths: Iterable[Path]) -> list[str]:
    """The environments that have an overlay next to ``paths``, sorted; none from a directory that cannot be read."""
    return sorted({name for path in paths if path != STANDARD_INPUT for name in _environments_of(path)})


def _environments_of(path: Path) -> Iterator[str]:
    is_directory = _is_dir(path)
    directory, stem = _beside(path) if is_directory else (path.parent, path.stem)
    endings = _ENDINGS if is_directory else spellings(path.suffix)
    try:
        entries = list(directory.iterdir())
    except OSError:
        return
    for entry in entries:
        is_overlay = entry.suffix in endings or (is_directory and _is_dir(entry))
        name = (entry.stem if entry.suffix in endings else entry.name).removeprefix(f"{stem}.")
        if is_overlay and entry.name.startswith(f"{stem}.") and entry.name != path.name:
            yield name


def _instead(environment: str, there: Sequence[str]) -> str:
    """What to do about a missing overlay."""
    if not there:
        return "create one of these files, or correct the name after -e"
    close = get_close_matches(environment, there, n=1)
    meant = f"did you mean -e {unmistakable(close[0])}? " if close else ""
    return f"{meant}available overlays: {unmistakable(', '.join(there))}"


def _spelt_twice(overlays: Iterable[Path]) -> Iterator[Diagnostic]:
    """An error for each ``topics.prod.yaml`` with a ``topics.prod.yml`` next to it: one of them is a leftover."""
    by_stem: dict[Path, Path] = {}
    for path in _each_once(overlays):
        if path.suffix in _ENDINGS:
            first = by_stem.setdefault(path.with_suffix(""), path)
            if first != path:
                yield _error(
                    "two-overlays", f"two overlays for one environment: {first} and {path}", "keep one of the two"
                )


def _overlays_of(path: Path, environment: str) -> list[Path]:
    """``topics.prod.yaml`` or ``.yml`` for ``topics.yaml``; for a directory ``topics``, also ``topics.prod``."""
    if _is_dir(path):
        beside, name = _beside(path)
        return [beside / f"{name}.{environment}{ending}" for ending in ("", *_ENDINGS)]
    return [path.with_name(f"{path.stem}.{environment}{ending}") for ending in spellings(path.suffix)]


def spellings(ending: str) -> list[str]:
    """``ending`` and, if it is one of YAML, the other one."""
    return list(dict.fromkeys((ending, *_ENDINGS))) if ending in _ENDINGS else [ending]


def _beside(directory: Path) -> tuple[Path, str]:
    """The parent of ``directory`` and its name there, also for ``.`` and ``..``."""
    if directory.name in {"", ".."}:
        above = Path("..") if directory == Path() else directory / ".."
        return above, directory.resolve().name
    return directory.parent, directory.name


def _files_of(path: Path) -> tuple[list[Path], list[Diagnostic]]:
    if not _is_dir(path):
        return [path], []
    closed: list[OSError] = []
    files = sorted(_yaml_files(path, frozenset(), closed))
    if not files and not closed:
        return [], [_error("no-files", f"{path}: no *.yaml or *.yml file in this directory")]
    return files, [
        _error("unreadable-file", f"{error.filename or path}: cannot be read: {error.strerror}") for error in closed
    ]


def _yaml_files(directory: Path, around: frozenset[Path], closed: list[OSError]) -> Iterator[Path]:
    """Every YAML file below ``directory``, also through the links that Kubernetes mounts.

    ``closed`` collects the errors of directories that cannot be read.
    """
    try:
        around |= {directory.resolve()}
        entries = list(directory.iterdir())
    except OSError as error:
        closed.append(error)
        return
    for entry in entries:
        if entry.name.startswith("."):
            continue
        if _is_dir(entry):
            if entry.resolve() not in around:
                yield from _yaml_files(entry, around, closed)
        elif entry.suffix in _ENDINGS and _may_be_file(entry):
            yield entry


def _is_dir(path: Path) -> bool:
    """Whether ``path`` is a directory; false if access is denied, in which case reading the path reports the error."""
    return path != STANDARD_INPUT and os.path.isdir(path)  # noqa: PTH112 - the method of Path raises if a directory may not be entered


def _may_be_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:
        return True


def _may_exist(path: Path) -> bool:
    try:
        return path.exists()
    except OSError:
        return True


def _overlays_inside(files: Sequence[Path]) -> dict[Path, Path]:
    """Each ``orders.prod.yaml`` that has an ``orders.yaml`` next to it, with that file."""
    by_stem = {file.with_suffix(""): file for file in files}
    bases = {file: by_stem.get(file.with_name(file.stem.rpartition(".")[0] or file.name)) for file in files}
    return {file: base for file, base in bases.items() if base is not None}


def _overlay_inside(directory: Path, file: Path, base: Path) -> Diagnostic:
    environment = file.stem.removeprefix(f"{base.stem}.")
    beside, name = _beside(directory)
    return _error(
        "overlay-inside",
        f"{file}: looks like an overlay of {base.name}, but every file in this directory is part of the manifest",
        f"move it to {beside / f'{name}.{environment}'} for -e {environment}, or pass the file: "
        f"-f {base} -e {environment}",
    )


def _each_once(files: Iterable[Path]) -> list[Path]:
    found: dict[object, Path] = {}
    for file in files:
        found.setdefault(_identity(file), file)
    return list(found.values())


def _identity(file: Path) -> object:
    try:
        status = file.stat()
    except OSError:
        return file  # reading it reports the error
    return status.st_dev, status.st_ino


def _error(code: str, message: str, hint: str | None = None) -> Diagnostic:
    return Diagnostic(severity=Severity.ERROR, code=code, message=message, hint=hint)
