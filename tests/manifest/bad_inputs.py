"""Invalid manifests: a table of kinds, and a valid manifest broken at seeded places."""

from __future__ import annotations

import random
from collections.abc import Iterator

VALID = """\
version: 1
defaults:
  partitions: 6
  replication_factor: 3
  config: {min.insync.replicas: 2, compression.type: zstd}
profiles:
  compacted: &compacted
    config: {cleanup.policy: [compact, delete]}
topics:
  orders.requests:
    partitions: 12
    config:
      retention.ms: 7d
      max.message.bytes: "1048576"
    owner: team-orders
    labels: {tier: gold}
  orders.customers:
    profile: compacted
  "orders.${NAME:-x}": {description: 'all of it', env_key: ALL}
policy: {extra_config: keep, ignore_config: ["flush.*"]}
"""

_TOPIC = "version: 1\ntopics:\n  t: {%s}\n"
_CONFIG = "version: 1\ntopics:\n  t:\n    config: {%s}\n"

_ODD_VALUES = [
    *("null", "~", "[]", "{}", "[[]]", "[{}]", "{a: b}", "true", "yes", "0", "-1", "1.5", ".inf", "-.inf", ".nan"),
    *("1e400", "9" * 400, "-" + "9" * 400, "0x" + "f" * 400, "0o777", "1_000", "2026-01-01", "12:30:45", "!!int six"),
    *("!!binary aGk=", "!!set {a}", "!custom x", "'''", '"\\u0000"', '"\\ud800"', '"\\uFEFF"', "*nowhere", "&a [*a]"),
    *("'" + "x" * 10000 + "'", "💥", "٣", '"a\\nb"', "|", ">", "? a", "- a", "@", "`", "%", "${", "${}", "${X", "$$"),
]

_WHOLE_FILES: dict[str, bytes] = {
    "empty": b"",
    "spaces": b"  \n\n  ",
    "tabs": b"\t\n\tversion: 1\n",
    "comments": b"# nothing\n# at all\n",
    "separators": b"---\n---\n---\n",
    "null": b"null\n",
    "text": b"hello\n",
    "number": b"42\n",
    "list": b"- a\n- b\n",
    "binary": bytes(range(256)),
    "zeros": bytes(1000),
    "utf-16": "version: 1\n".encode("utf-16"),
    "latin-1": "version: 1\ntopics: {t: {owner: M\u00fcller}}\n".encode("latin-1"),
    "control": b"version: 1\ntopics: {t: {owner: \x07}}\n",
    "carriage-returns": b"version: 1\rtopics:\r  t: {partitions: 0}\r",
    "json": b'{"version": 1, "topics": {"t": {"partitions": 0}}}',
    "unclosed-quote": b'version: "1\ntopics: {}\n',
    "unclosed-flow": b"version: 1\ntopics: {t: {partitions: 1\n",
    "bad-indent": b"version: 1\ntopics:\n    a: {}\n  b: {}\n",
    "tab-indent": b"version: 1\ntopics:\n\tt: {}\n",
    "duplicate": b"version: 1\nversion: 1\ntopics: {}\n",
    "duplicate-topic": b"version: 1\ntopics: {t: {}, t: {}}\n",
    "deep-flow": b"version: 1\ntopics: " + b"[" * 100_000,
    "deep-flow-closed": b"a: " + b"[" * 100_000 + b"]" * 100_000,
    "deep-braces": b"{a: " * 5_000 + b"}" * 5_000,
    "deep-block": "\n".join(" " * depth + "a:" for depth in range(700)).encode(),
    "deep-dashes": b"- " * 100_000 + b"a",
    "deep-questions": b"? " * 100_000 + b"a",
    "cycle": b"version: 1\ntopics: &t {a: *t}\n",
    "cycle-in-list": b"version: &v [*v]\ntopics: {}\n",
    "merge-cycle": b"version: 1\ntopics: &t\n  <<: *t\n",
    "merge-of-text": b"version: 1\ntopics:\n  <<: text\n",
    "undefined-alias": b"version: 1\ntopics: *nowhere\n",
    "alias-bomb": b"a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n"
    + b"".join(b"a%d: &a%d [%s]\n" % (n, n, b",".join([b"*a%d" % (n - 1)] * 10)) for n in range(1, 12)),
    "alias-bomb-of-maps": b"a0: &a0 {x: y}\n"
    + b"".join(
        b"a%d: &a%d {%s}\n" % (n, n, b",".join(b"k%d: *a%d" % (k, n - 1) for k in range(10))) for n in range(1, 12)
    ),
    "merge-bomb": b"a0: &a0 {x: y}\n"
    + b"".join(b"a%d: &a%d {<<: [%s]}\n" % (n, n, b",".join([b"*a%d" % (n - 1)] * 10)) for n in range(1, 12)),
    "long-line": b"version: 1\ntopics: {" + b"x" * 1_000_000 + b": {}}\n",
    "long-key": b"? " + b"k" * 100_000 + b"\n: v\n",
    "list-as-key": b"? [a]\n: b\n",
    "many-documents": b"---\nversion: 2\n" * 500,
    "template": b"version: 1\ntopics:\n{{- range .Values.topics }}\n  {{ .name }}: {}\n{{- end }}\n",
    "jinja": b"version: 1\ntopics:\n{% for t in topics %}\n  {{ t }}: {}\n{% endfor %}\n",
    "directive": b"%YAML 9.9\n---\nversion: 1\ntopics: {}\n",
    "tag-directive": b"%TAG ! tag:x,2000:\n---\nversion: !y 1\ntopics: {}\n",
    "python-object": b"version: !!python/object/apply:os.system ['true']\ntopics: {}\n",
}


def bad_inputs() -> Iterator[tuple[str, bytes]]:
    """A name and the bytes of each; none is a valid manifest."""
    yield from _WHOLE_FILES.items()
    for number, value in enumerate(_ODD_VALUES):
        for where, text in (
            ("version", f"version: {value}\ntopics: {{}}\n"),
            ("topics", f"version: 1\ntopics: {value}\nno-such-key: x\n"),
            ("partitions", _TOPIC % f"partitions: {value}, no-such-key: x"),
            ("name", f"version: 1\ntopics:\n  {value}: {{no-such-key: x}}\n"),
            ("retention", _CONFIG % f"retention.ms: {value}, acks: all"),
        ):
            yield f"{where}-{number}", text.encode("utf-8", "surrogatepass")


def broken_manifests(number: int, seed: int) -> Iterator[tuple[str, bytes]]:
    """A valid manifest with a few bytes removed, doubled, replaced or inserted; some stay valid."""
    draw = random.Random(seed)  # noqa: S311 - examples, no secrets
    tokens = [
        b"{",
        b"}",
        b"[",
        b"]",
        b":",
        b"- ",
        b"&a ",
        b"*a",
        b"<<: ",
        b"\n",
        b"\t",
        b"'",
        b'"',
        b"#",
        b"${",
        b"\xff",
        b"---\n",
        b"!!",
    ]
    for count in range(number):
        text = bytearray(VALID.encode())
        for _ in range(draw.randint(1, 4)):
            start = draw.randrange(len(text))
            match draw.randrange(4):
                case 0:
                    del text[start : start + draw.randint(1, 20)]
                case 1:
                    text[start:start] = text[start : start + draw.randint(1, 40)]
                case 2:
                    text[start] = draw.randrange(256)
                case _:
                    text[start:start] = draw.choice(tokens)
        yield f"broken-{count}", bytes(text)
