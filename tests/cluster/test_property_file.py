"""The file of ``--command-config``: what it gives, and what is said of it without its text."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.cluster.property_file import read_property_file
from reconciler.errors import ClusterUnavailable, Location

ENVIRON = {"PW": "hunter2", "EMPTY": "", "BLANK": " ", "PEM": "-----BEGIN X-----\nAA==\n-----END X-----"}
PEM = "-----BEGIN CERTIFICATE-----\nhunter2AAAA==\nhunter2=x\n-----END CERTIFICATE-----"


def read(folder: Path, content: str | bytes) -> dict[str, str]:
    path = folder / "c.properties"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return dict(read_property_file(path, ENVIRON).properties)


@pytest.mark.parametrize(
    ("content", "properties"),
    [
        ("a=1\n\n# b=2\n  c = 3 \n", {"a": "1", "c": "3"}),
        (b"\xef\xbb\xbfa=1\r\nb=2", {"a": "1", "b": "2"}),
        ("metadata.broker.list=a:1\n", {"bootstrap.servers": "a:1"}),
        ("sasl.mechanisms=PLAIN\n", {"sasl.mechanism": "PLAIN"}),
        ("sasl.password=${PW}\n", {"sasl.password": "hunter2"}),
        ("sasl.password=a$$b${PW}$c\n", {"sasl.password": "a$bhunter2$c"}),
        ("sasl.password=$${PW}\n", {"sasl.password": "${PW}"}),
        ("sasl.password=${NOT_SET:-x}${EMPTY:-y}${BLANK:-z}\n", {"sasl.password": "xyz"}),
        ("# ${NOT_SET}\na=1\n", {"a": "1"}),
        ("sasl.password=a=b#c\u2028d\n", {"sasl.password": "a=b#c\u2028d"}),
        ("sasl.password=C:\\\\\n", {"sasl.password": "C:\\\\"}),
        (
            "ssl.ca.pem=-----BEGIN CERTIFICATE-----\\nAA==\\n-----END CERTIFICATE-----\n",
            {"ssl.ca.pem": "-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----"},
        ),
        ("ssl.ca.pem=${PEM}\n", {"ssl.ca.pem": ENVIRON["PEM"]}),
    ],
)
def test_what_a_file_gives(content: str | bytes, properties: dict[str, str], tmp_path: Path) -> None:
    assert read(tmp_path, content) == properties


@pytest.mark.parametrize(
    ("content", "line", "said"),
    [
        ("a=1\nhunter2\n", 2, "expected key=value"),
        ("=hunter2\n", 1, "expected key=value"),
        ("sasl.password: hunter2\n", 1, "not a colon"),
        ("sasl.password: hunter2=x\n", 1, "not a colon"),
        ("sasl.password hunter2=x\n", 1, "expected key=value"),
        ("SASL.PASSWORD=hunter2\n", 1, "lower case"),
        ("a=1\na=hunter2\n", 2, "a is set twice, first on line 1"),
        (
            "bootstrap.servers=a:1\n\nmetadata.broker.list=hunter2\n",
            3,
            "bootstrap.servers is set twice, first on line 1",
        ),
        (f"a=1\nssl.ca.pem={PEM}\nb=2\n", 2, "ssl.ca.location"),
        (f"{PEM}\n", 1, "a PEM value must be on one line"),
        ('sasl.jaas.config=x \\\n  username="u" \\\n  password="hunter2";\n', 1, "ends in a backslash"),
        ("sasl.password=hunter2${NOT_SET}\n", 1, "sasl.password: the environment variable NOT_SET is not set"),
        ("sasl.password=${EMPTY}\n", 1, "the environment variable EMPTY is empty"),
        ("sasl.password=${BLANK}\n", 1, "the environment variable BLANK is empty"),
        ("sasl.password=${hunter2}\n", 1, "sasl.password: the environment variable in its value is not set"),
        ("sasl.password=hunter2${x!\n", 1, "without a valid variable reference"),
        ("sasl.password=${UNSET:-${hunter2}}\n", 1, "without a valid variable reference"),
        ("sasl.password=hunter2\0x\n", 1, "NUL"),
    ],
)
def test_what_is_wrong_is_said_once_at_its_line_and_never_with_its_text(
    content: str, line: int, said: str, tmp_path: Path
) -> None:
    with pytest.raises(ClusterUnavailable) as raised:
        read(tmp_path, content)
    (problem,) = raised.value.diagnostics
    assert problem.origin == Location(str(tmp_path / "c.properties"), line, 1)
    assert said in f"{problem.message} {problem.hint}"
    assert "hunter2" not in str(raised.value)


@pytest.mark.parametrize("content", ["", "\n \n", "# a=1\n", b"\xef\xbb\xbf"])
def test_a_file_that_gives_nothing_is_refused(content: str | bytes, tmp_path: Path) -> None:
    with pytest.raises(ClusterUnavailable, match="has no properties"):
        read(tmp_path, content)


@pytest.mark.parametrize(("encoding", "said"), [("utf-16", "UTF-16"), ("latin-1", "not UTF-8")])
def test_a_file_that_is_not_utf8_is_named_as_such(encoding: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(ClusterUnavailable, match=said):
        read(tmp_path, "sasl.password=é\n".encode(encoding))


def test_every_wrong_line_is_said_at_once(tmp_path: Path) -> None:
    with pytest.raises(ClusterUnavailable) as raised:
        read(tmp_path, f"x\nssl.ca.pem={PEM}\na=${{NOT_SET}}\n")
    assert [str(problem.origin).split(":")[-2] for problem in raised.value.diagnostics] == ["1", "2", "6"]


@given(value=st.text(st.characters(exclude_characters="\r\n\0", exclude_categories=["Cs"])).map(str.strip))
def test_any_value_can_be_written(value: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    """But for one that ends in a backslash, and a PEM over several lines: those come from a variable."""
    path = tmp_path_factory.mktemp("file") / "c.properties"
    if value.endswith("\\") or "-----BEGIN " in value:
        path.write_text("sasl.password=${V}\n", encoding="utf-8")
    else:
        path.write_text(f"sasl.password={value.replace('$', '$$')}\n", encoding="utf-8")
    expected = {"sasl.password": value}
    if value:
        assert read_property_file(path, {"V": value}).properties == expected
