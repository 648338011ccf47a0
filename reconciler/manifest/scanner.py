"""The YAML library's scanner, with tabs as white space between tokens where YAML 1.2 has them so.

Source: https://yaml.org/spec/1.2.2/#62-separation-spaces. The library refuses every tab outside of quotes and brackets.
"""

from __future__ import annotations

from ruamel.yaml.scanner import Scanner

_WHITE = " \t"
_ENDS_OF_LINE = "\0\r\n\x85\u2028\u2029"


class TabScanner(Scanner):
    """Passes over tabs before a comment, at the end of a line and behind a colon; never over those that indent."""

    def scan_to_next_token(self) -> None:
        """Go to where the next token begins."""
        super().scan_to_next_token()
        while self.reader.peek() == "\t":
            length = 1
            while self.reader.peek(length) in _WHITE:
                length += 1
            if self.reader.peek(length) not in f"#{_ENDS_OF_LINE}" and not self._is_behind_colon():
                return
            self.reader.forward(length)
            super().scan_to_next_token()

    def _is_behind_colon(self) -> bool:
        position = self.reader.pointer
        while position and self.reader.buffer[position - 1] in _WHITE:
            position -= 1
        return bool(position and self.reader.buffer[position - 1] == ":")
