"""The command ``jq``, which runners have, by the library of that name: the options ``-r``, ``-e`` and ``-s``."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import jq  # type: ignore[import-not-found,unused-ignore]  # it has no type information


def main() -> int:
    options = {letter for word in sys.argv[1:] if word.startswith("-") for letter in word[1:]}
    assert options <= set("res"), options
    program, *files = [word for word in sys.argv[1:] if not word.startswith("-")]
    values = [json.loads(Path(file).read_text()) for file in files]
    compiled = jq.compile(program)
    results = [result for value in ([values] if "s" in options else values) for result in compiled.input_value(value)]
    for result in results:
        sys.stdout.write(f"{result if 'r' in options and isinstance(result, str) else json.dumps(result)}\n")
    return 1 if "e" in options and (not results or results[-1] in (None, False)) else 0


if __name__ == "__main__":
    sys.exit(main())
