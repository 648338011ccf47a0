"""``doctor`` on a cluster that is locked down: each usual mistake by its cause, and each permission by its job."""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from confluent_kafka.admin import (
    AclBinding,
    AclBindingFilter,
    AclOperation,
    AclPermissionType,
    NewTopic,
    ResourcePatternType,
    ResourceType,
)

from tests.support.checks import Found
from tests.support.clients import AdminClient
from tests.support.command import PROJECT, RunReconciler
from tests.support.secured import PASSWORD, WRONG, Secured

Doctor = Callable[..., Found]


@dataclass(frozen=True)
class Case:
    """A listener with properties of the client besides its address, and what fails: a check, a code, and words."""

    listener: str
    properties: Mapping[str, str]
    check: str
    code: str
    words: str = ""
    remedy: str = ""


TRUSTS = {"ssl.ca.location": "{folder}/authority.pem"}
TLS = {"security.protocol": "SSL", **TRUSTS}
USER = {"sasl.mechanism": "SCRAM-SHA-512", "sasl.username": "admin", "sasl.password": PASSWORD}
SASL_TLS = {"security.protocol": "SASL_SSL", **TRUSTS, **USER}
MISTAKES = {
    "a controller": Case(
        "CONTROLLER", {}, "kafka-protocol", "controller-listener", "listener of a controller", "advertised.listeners"
    ),
    "plaintext at a TLS port": Case(
        "TLS", {}, "kafka-protocol", "tls-required", "the port uses TLS, but the client does not", "security.protocol"
    ),
    "SASL without TLS at a TLS port": Case(
        "SASL_TLS", {"security.protocol": "SASL_PLAINTEXT", **USER}, "kafka-protocol", "tls-required", "", "SASL_SSL"
    ),
    "TLS at a plaintext port": Case(
        "PLAIN", TLS, "tls", "tls-on-plaintext", "the client uses TLS, but the port does not", "PLAINTEXT"
    ),
    "an untrusted authority": Case(
        "TLS",
        {"security.protocol": "SSL", "ssl.ca.location": "{folder}/another.pem"},
        "tls",
        "untrusted-certificate",
        "not signed by a certificate authority in {folder}/another.pem",
        "ssl.ca.location",
    ),
    "another host": Case(
        "ELSEWHERE", TLS, "tls", "certificate-name", "for elsewhere.example, not for 127.0.0.1", "subjectAltName"
    ),
    "an expired certificate": Case(
        "EXPIRED", TLS, "tls", "certificate-dates", "expired on 2021-01-01", "renew that certificate"
    ),
    "a certificate of the future": Case("EARLY", TLS, "tls", "certificate-dates", "not valid before 2200-01-01"),
    "no client certificate": Case(
        "MUTUAL", TLS, "kafka-protocol", "client-certificate", "requires a client certificate", "ssl.certificate"
    ),
    "a client certificate of another authority": Case(
        "MUTUAL",
        {**TLS, "ssl.certificate.location": "{folder}/stranger.pem", "ssl.key.location": "{folder}/stranger.key"},
        "kafka-protocol",
        "client-certificate",
    ),
    "no SASL at a SASL port": Case("SASL_PLAIN", {}, "authentication", "sasl-required", "it offers", "SASL_PLAINTEXT"),
    "SASL at a plaintext port": Case(
        "PLAIN", {"security.protocol": "SASL_PLAINTEXT", **USER}, "authentication", "no-sasl", "the port does not"
    ),
    "a mechanism that is not offered": Case(
        "SCRAM_ONLY",
        {"security.protocol": "SASL_PLAINTEXT", **USER, "sasl.mechanism": "PLAIN"},
        "authentication",
        "sasl-mechanism",
        "does not offer sasl.mechanism PLAIN; it offers SCRAM-SHA-512",
        "set sasl.mechanism to SCRAM-SHA-512",
    ),
    "a wrong password": Case(
        "SASL_TLS",
        {**SASL_TLS, "sasl.password": WRONG},
        "authentication",
        "authentication-failed",
        "authentication failed",
        "check sasl.mechanism, sasl.username and sasl.password",
    ),
    "an advertised host that does not exist": Case(
        "NOWHERE", {}, "advertised-address", "advertised-unreachable", "nowhere.invalid:9092", "advertised.listeners"
    ),
    "an advertised port that is closed": Case(
        "CLOSED", {}, "advertised-address", "advertised-unreachable", "127.0.0.1:1, which broker 1 advertises"
    ),
    "a directory without the authority": Case(
        "TLS", {**TLS, "ssl.ca.location": "{folder}/nothing"}, "tls", "untrusted-certificate", "in {folder}/nothing"
    ),
    "a property that does not exist": Case("PLAIN", {"acks2": "1"}, "properties", "client-property", "acks2"),
}


@pytest.mark.parametrize("case", MISTAKES.values(), ids=MISTAKES)
def test_each_usual_mistake_is_told_by_its_cause(case: Case, secured_kafka: Secured, doctor: Doctor) -> None:
    def filled(text: str) -> str:
        return text.replace("{folder}", str(secured_kafka.folder))

    properties = {"bootstrap.servers": secured_kafka.addresses[case.listener]}
    checks = doctor(properties | {key: filled(value) for key, value in case.properties.items()})
    assert (checks.code, checks.failures) == (1, [case.check])
    check = checks.check(case.check)
    assert check["code"] == case.code
    assert filled(case.words) in check["detail"]
    assert case.remedy in check["remedy"]
    assert "127.0.0.1" in checks.check("name-resolution")["detail"]


def test_the_right_login_passes_and_tells_how_long_the_certificate_is_valid(
    secured_kafka: Secured, doctor: Doctor
) -> None:
    checks = doctor(secured_kafka.login("admin"))
    assert checks.failures == []
    assert checks.check("authentication")["detail"] == "SCRAM-SHA-512 as admin"
    tls = checks.check("tls")
    assert tls["status"] == "ok"
    assert "certificate for 127.0.0.1, signed by" in tls["detail"]
    assert tls["facts"]["days_left"] > 30


def test_a_certificate_that_expires_soon_is_a_warning(secured_kafka: Secured, doctor: Doctor) -> None:
    checks = doctor(secured_kafka.at("SOON"))
    assert (checks.code, checks.document["status"]) == (0, "warning")
    tls = checks.check("tls")
    assert (tls["status"], tls["code"]) == ("warning", "certificate-expires")
    assert tls["facts"]["days_left"] in {9, 10}


def test_a_client_certificate_is_shown(secured_kafka: Secured, doctor: Doctor) -> None:
    checks = doctor(secured_kafka.certificate("admin"))
    assert checks.failures == []
    assert checks.check("authentication")["detail"] == "by the client's certificate"


def test_a_client_certificate_that_only_the_login_can_show_leaves_the_port_unknown(
    secured_kafka: Secured, doctor: Doctor
) -> None:
    folder = secured_kafka.folder
    in_properties = {
        f"ssl.{key}.pem": (folder / f"admin.{ending}").read_text().strip().replace("\n", "\\n")
        for key, ending in {"certificate": "pem", "key": "key"}.items()
    }
    checks = doctor({**secured_kafka.at("MUTUAL"), **in_properties})
    assert checks.failures == []
    assert checks.statuses()["kafka-protocol"] == "unknown"
    assert checks.check("authentication")["detail"] == "by the client's certificate"


def test_a_token_logs_in_and_one_that_is_refused_is_told(secured_kafka: Secured, doctor: Doctor) -> None:
    right = doctor(secured_kafka.login("admin", mechanism="OAUTHBEARER"))
    assert right.check("authentication")["detail"] == "OAUTHBEARER"
    wrong = doctor(secured_kafka.login("admin", mechanism="OAUTHBEARER", password=WRONG))
    assert wrong.failures == ["authentication"]
    assert wrong.check("authentication")["code"] == "token-refused"


def test_one_address_of_another_listener_does_not_hide_that_the_first_works(
    secured_kafka: Secured, doctor: Doctor
) -> None:
    plain, other = (secured_kafka.addresses[name] for name in ("PLAIN", "SASL_PLAIN"))
    checks = doctor({"bootstrap.servers": f"{plain},{other}"})
    assert checks.failures == ["authentication"]
    assert checks.check("authentication", plain)["status"] == "ok"
    assert checks.check("cluster-id")["status"] == "ok"
    assert checks.check("permission-plan")["status"] != "skipped"


READING = ("DESCRIBE", "DESCRIBE_CONFIGS")
WRITING = ("CREATE", "ALTER", "ALTER_CONFIGS", "DELETE")


@dataclass(frozen=True)
class Grant:
    """What is granted on all topics of the test, and which checks of permissions fail then."""

    operations: tuple[str, ...]
    failures: tuple[str, ...] = ()
    others: Mapping[str, str] = field(default_factory=dict)
    """Further statuses by check."""


GRANTS = {
    "all": Grant((*READING, *WRITING), (), {"permission-delete": "ok"}),
    "all but DELETE, which no topic needs": Grant(
        (*READING, "CREATE", "ALTER", "ALTER_CONFIGS"), (), {"permission-delete": "skipped"}
    ),
    "all but CREATE": Grant((*READING, "ALTER", "ALTER_CONFIGS"), ("permission-create",)),
    "all but ALTER": Grant((*READING, "CREATE", "ALTER_CONFIGS"), ("permission-add-partitions",)),
    "all but ALTER_CONFIGS": Grant((*READING, "CREATE", "ALTER"), ("permission-alter-configs",)),
    "all but what reads configs": Grant(
        ("DESCRIBE", "CREATE", "ALTER"), ("permission-plan", "permission-alter-configs")
    ),
    "nothing": Grant(
        (),
        ("permission-plan", "permission-create"),
        {"permission-alter-configs": "skipped", "permission-groups": "warning"},
    ),
}


Give = Callable[[tuple[str, ...]], None]


@pytest.fixture
def give(secured_kafka: Secured, topics: str) -> Iterator[Give]:
    """Grant ``guest`` operations on all topics of the test, of which one exists, until its end."""
    admin = AdminClient({"bootstrap.servers": secured_kafka.sandbox.bootstrap_servers, "log_level": 0})
    admin.create_topics([NewTopic(f"{topics}.there", 1)])[f"{topics}.there"].result(60)

    def grant(operations: tuple[str, ...]) -> None:
        rules = [
            AclBinding(
                ResourceType.TOPIC,
                topics,
                ResourcePatternType.PREFIXED,
                "User:guest",
                "*",
                AclOperation[operation],
                AclPermissionType.ALLOW,
            )
            for operation in operations
        ]
        for answer in admin.create_acls(rules).values() if rules else ():
            answer.result(60)

    yield grant
    ours = AclBindingFilter(
        ResourceType.TOPIC,
        topics,
        ResourcePatternType.PREFIXED,
        "User:guest",
        "*",
        AclOperation.ANY,
        AclPermissionType.ANY,
    )
    for answer in admin.delete_acls([ours]).values():
        answer.result(60)


@pytest.fixture
def topics(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """What the names of two topics of a manifest begin with; ``.there`` may exist, ``.missing`` does not."""
    name = f"doctor.{zlib.crc32(request.node.name.encode()):08x}"
    (tmp_path / "topics.yaml").write_text(f"version: 1\ntopics: {{{name}.there: {{}}, {name}.missing: {{}}}}\n")
    return name


@pytest.mark.parametrize("case", GRANTS.values(), ids=GRANTS)
def test_each_permission_is_told_by_job(
    case: Grant, secured_kafka: Secured, doctor: Doctor, give: Give, topics: str
) -> None:
    give(case.operations)
    checks = doctor(secured_kafka.login("guest"))
    assert checks.failures == list(case.failures)
    statuses = checks.statuses()
    assert {name: statuses[name] for name in case.others} == case.others
    for name in case.failures:
        check = checks.check(name)
        assert check["code"] == "not-authorized"
        assert "User:guest" in check["remedy"]
        assert set(check["facts"]["topics"]) <= {f"{topics}.there", f"{topics}.missing"}


def test_who_only_plans_or_starts_a_service_needs_fewer_permissions(
    secured_kafka: Secured, doctor: Doctor, give: Give
) -> None:
    give(READING)
    checks = doctor(secured_kafka.login("guest"), "--for", "plan")
    assert checks.failures == []
    assert checks.check("permission-alter-configs")["detail"] == "not needed for plan"
    assert doctor(secured_kafka.login("guest"), "--for", "service").failures == ["permission-create"]
    give(("CREATE",))
    checks = doctor(secured_kafka.login("guest"), "--for", "service")
    assert checks.failures == []
    assert checks.check("permission-add-partitions")["detail"] == "not needed for service"


def test_deleting_is_needed_where_the_manifest_says_so(
    secured_kafka: Secured, doctor: Doctor, give: Give, topics: str, tmp_path: Path
) -> None:
    give((*READING, "CREATE"))
    (tmp_path / "topics.yaml").write_text(f"version: 1\ntopics: {{{topics}.there: {{state: absent}}}}\n")
    checks = doctor(secured_kafka.login("guest"))
    assert checks.failures == ["permission-delete"]
    assert f"DELETE is denied on 1 topic: {topics}.there" in checks.check("permission-delete")["detail"]


def test_without_a_manifest_nothing_that_is_denied_is_a_failure(
    secured_kafka: Secured, doctor: Doctor, give: Give, tmp_path: Path
) -> None:
    give(READING)
    (tmp_path / "topics.yaml").unlink()
    checks = doctor(secured_kafka.login("guest"))
    assert checks.failures == []
    assert "DESCRIBE and DESCRIBE_CONFIGS on " in checks.check("permission-plan")["detail"]
    assert checks.statuses()["permission-create"] == "unknown"
    assert checks.statuses()["permission-alter-configs"] == "warning"


def test_no_topic_is_made(secured_kafka: Secured, doctor: Doctor, topics: str) -> None:
    assert doctor(secured_kafka.login("admin")).statuses()["permission-create"] == "ok"
    admin = AdminClient({"bootstrap.servers": secured_kafka.sandbox.bootstrap_servers, "log_level": 0})
    assert f"{topics}.missing" not in admin.list_topics(timeout=60).topics


PAGE = PROJECT / "docs/doctor.md"
START, END = "runs -->\n", "<!-- end of example -->"


def test_the_page_shows_what_is_printed(
    *,
    secured_kafka: Secured,
    reconciler: RunReconciler,
    give: Give,
    topics: str,
    tmp_path: Path,
    golden: Callable[[Path, str], None],
) -> None:
    give((*READING, "CREATE", "ALTER_CONFIGS"))
    lines = "".join(f"{key}={value}\n" for key, value in secured_kafka.login("guest").items())
    (tmp_path / "prod.properties").write_text(lines)
    done = reconciler("doctor", "--command-config", "prod.properties", env={"COLUMNS": "120"})
    assert done.code == 1
    shown = done.stdout
    for pattern, words in {
        rf"{topics}\.there": "orders",
        rf"{topics}\.missing": "payments",
        secured_kafka.addresses["SASL_TLS"]: "127.0.0.1:9093",
        r"port \d+ in \d+ ms": "port 9093 in 1 ms",
        r"(?<=cluster-id)(\s+)\S+": r"\g<1>4L6g3nShT-eMCtK--X86sw",
        r"in [\d,]+ days\s+\([\d-]+\)": "in 240 days (2027-07-28)",
        r"trustme v[\d.]+": "Example CA",
        r"with \d+ kinds": "with 77 kinds",
        r"[\d.]+ s$": "0.2 s",
    }.items():
        shown = re.sub(pattern, words, shown)
    before, rest = PAGE.read_text(encoding="utf-8").split(START)
    example = f"```console\n$ reconciler doctor --command-config prod.properties\n{shown}```\n"
    golden(PAGE, f"{before}{START}{example}{END}{rest.partition(END)[2]}")
