"""``picture.py COMMAND...``: run the demo in a terminal and write its steps 7 and 8 to docs/demo.svg."""

from __future__ import annotations

import io
import os
import pty
import re
import sys
from pathlib import Path

from rich.console import Console
from rich.text import Text

PICTURE = Path(__file__).parent.parent / "docs/demo.svg"
WIDTH = 88
_STEPS = re.compile(r"^[^\n]*# 7\..*?(?=\s+The report of step 6)", re.MULTILINE | re.DOTALL)


def recorded(command: list[str]) -> str:
    """What the command writes to a terminal, which is shown meanwhile. Exits as a command that fails."""
    seen = io.BytesIO()

    def read(terminal: int) -> bytes:
        data = os.read(terminal, 4096)
        seen.write(data)
        return data

    code = os.waitstatus_to_exitcode(pty.spawn(command, read))
    if code:
        sys.exit(code)
    return seen.getvalue().decode().replace("\r\n", "\n")


def drawn(text: str) -> str:
    """Text with the codes of a terminal as an SVG that loads nothing from elsewhere."""
    console = Console(record=True, width=WIDTH, file=io.StringIO())
    console.print(Text.from_ansi(text))
    svg = console.export_svg(title="make demo", unique_id="demo")
    return re.sub(r"\s*@font-face \{.*?\}", "", svg, flags=re.DOTALL)


if __name__ == "__main__":
    steps = _STEPS.search(recorded(sys.argv[1:]))
    if steps is None:
        sys.exit("the output has no steps 7 and 8")
    PICTURE.write_text(drawn(steps[0]), encoding="utf-8")
