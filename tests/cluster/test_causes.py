"""Which of the client's lines are causes."""

from __future__ import annotations

import logging
import threading
import time

import pytest

from reconciler.cluster.causes import Causes
from reconciler.cluster.symptoms import Cause

HERE = "[thrd:h:9092/1]: h:9092/1:"
NO_SUCH_HOST = "Failed to resolve 'h:9092': Name or service not known (after 3ms in state CONNECT)"


@pytest.mark.parametrize(
    ("line", "cause"),
    [
        (f"FAIL [p-1] {HERE} Connect to ipv4#h:9092 failed: Connection refused (after 0ms)", "connection-refused"),
        (f"FAIL [p-1] {HERE} Decommissioning this broker (after 4ms in state INIT) (_DESTROY_BROKER)", None),
        (f"FAIL [p-1] {HERE} 1 request(s) timed out: disconnect (after 9ms in state UP) (_TIMED_OUT)", None),
        (f"METADATA [p-1] [thrd:main]: {HERE} Metadata request failed: connected: Local: Timed out (0ms)", None),
    ],
)
def test_what_the_client_ended_itself_is_no_cause(line: str, cause: str | None) -> None:
    causes = Causes("h:9092")
    log(causes, line)
    assert [found.code for found, _ in causes.by_address.values()] == ([cause] if cause else [])


@pytest.mark.parametrize(
    ("words", "code", "is_final"),
    [
        ("Name or service not known", "no-such-host", True),
        ("No address associated with hostname", "no-such-host", True),
        ("Name does not resolve", "no-such-host", True),
        ("nodename nor servname provided, or not known", "no-such-host", True),
        ("Temporary failure in name resolution", "name-not-resolved", False),
        ("Non-recoverable failure in name resolution", "name-not-resolved", False),
        ("System error", "name-not-resolved", False),
        ("Try again", "name-not-resolved", False),
    ],
)
def test_only_a_final_answer_of_the_name_server_is_final(words: str, code: str, is_final: bool) -> None:
    causes = Causes("h:9092")
    log(causes, f"FAIL [p-1] {HERE} Failed to resolve 'h:9092': {words} (after 3ms in state CONNECT)")
    (found, _) = causes.by_address["h:9092"]
    assert (found.code, causes.are_final()) == (code, is_final)


@pytest.mark.parametrize(
    "servers",
    ["h", "h:9092", " h:9092 ", "PLAINTEXT://h:9092", "h:09092", "h:9092,h", "h:9092,sasl_ssl://h"],
)
def test_an_address_is_the_same_however_it_is_given(servers: str) -> None:
    causes = Causes(servers)
    log(causes, f"FAIL [p-1] {HERE} {NO_SUCH_HOST}")
    assert causes.are_final()


def test_one_address_that_may_still_answer_is_waited_for() -> None:
    causes = Causes("h:9092,[::1]:9093")
    log(causes, f"FAIL [p-1] {HERE} {NO_SUCH_HOST}")
    assert not causes.are_final()
    log(causes, "FAIL [p-1] [thrd:[::1]:9093/bootstrap]: [::1]:9093/bootstrap: Connection refused (after 0ms)")
    assert not causes.are_final()
    log(causes, "FAIL [p-1] [thrd:[::1]:9093/bootstrap]: [::1]:9093/bootstrap: certificate verify failed (after 0ms)")
    assert causes.are_final()


def test_once_the_cluster_has_answered_only_its_brokers_matter() -> None:
    causes = Causes("h:9092,b:9092")
    causes.forget(["b:9092"])
    log(causes, f"FAIL [p-1] {HERE} {NO_SUCH_HOST}")
    assert (causes.are_final(), causes.by_address) == (False, {})
    log(causes, f"FAIL [p-1] [thrd:b:9092/7]: b:9092/7: {NO_SUCH_HOST}")
    assert causes.are_final()


HUNG_UP = "Disconnected: connection closed by peer: receive 0 after POLLIN (after 1ms in state UP)"


def test_only_a_broker_that_hangs_up_again_and_again_is_sure_to_require_sasl() -> None:
    causes = Causes("h:9092")
    for number in range(1, 4):
        log(causes, f"FAIL [p-1] {HERE} {HUNG_UP}")
        assert causes.by_address["h:9092"][0].code == "sasl-required"
        assert causes.are_final() == (number == 3)


def test_a_broker_that_hangs_up_and_is_gone_then_is_shutting_down() -> None:
    causes = Causes("h:9092")
    for _ in range(3):
        log(causes, f"FAIL [p-1] {HERE} {HUNG_UP}")
        log(causes, f"FAIL [p-1] {HERE} Connect to ipv4#h:9092 failed: Connection refused (after 0ms in state CONNECT)")
    assert not causes.are_final()


@pytest.mark.parametrize("answered", [True, False])
def test_who_is_logged_in_or_was_answered_before_is_not_told_to_use_sasl(answered: bool) -> None:
    causes = Causes("h:9092")
    if answered:
        causes.forget(["h:9092"])
    protocol = "" if answered else "sasl_ssl://"
    for _ in range(3):
        log(causes, f"FAIL [p-1] [thrd:{protocol}h:9092/bootstrap]: {protocol}h:9092/bootstrap: {HUNG_UP}")
    assert causes.by_address["h:9092"][0].code != "sasl-required"
    assert not causes.are_final()


TOKENS = 'OIDC [p-1] [thrd:background]: Failed to retrieve OIDC token from "http://h/token": '


@pytest.mark.parametrize(
    ("words", "code", "is_final"),
    [
        ('{"error":"invalid_client"} (401)', "token-refused", True),
        ("<html>\n<p>400</p>\n</html>\n (400)", "token-refused", True),
        ("forbidden (403)", "token-refused", True),
        ("not found (404)", "no-token", False),
        ("Could not resolve host: h (-1)", "no-token", False),
        ("Failed to connect to h:80 after 0 ms: Could not connect to server (-1)", "no-token", False),
    ],
)
def test_a_token_server_that_refuses_is_final_and_one_that_is_away_is_not(
    words: str, code: str, is_final: bool
) -> None:
    causes = Causes("h:9092")
    log(causes, TOKENS + words)
    (found, _) = causes.by_address["http://h/token"]
    assert (found.code, causes.are_final()) == (code, is_final)


UNUSABLE = 'ERROR [callback] OIDC token from "http://h/token": Failed to acquire SASL OAUTHBEARER token: '


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ('Expected JSON response with "access_token" field', "not-a-token"),
        ("Failed to decode JWT payload: The token is invalid with less than 2 delimiters", "not-a-token"),
        ("Failed to connect to h:80 after 0 ms: Could not connect to server", None),
        ('{"error":"invalid_client"}', None),
    ],
)
def test_of_the_clients_callbacks_only_those_are_causes_that_it_does_not_log(words: str, code: str | None) -> None:
    causes = Causes("h:9092")
    log(causes, UNUSABLE + words)
    assert (codes(causes), causes.are_final()) == ([code] if code else [], bool(code))


def test_a_token_that_cannot_be_renewed_leaves_the_connections_that_stand() -> None:
    causes = Causes("h:9092")
    causes.forget(["h:9092"])
    log(causes, TOKENS + "{} (401)")
    assert not causes.are_final()


DROP = f"FAIL [p-1] {HERE} Disconnected: connection closed by peer (after 1ms in state APIVERSION_QUERY)"
FOUND = Cause("tls-required", "found", "", final=True)


def test_a_closer_look_is_waited_for_and_its_cause_told() -> None:
    may_look = threading.Event()
    causes = Causes("h:9092", lambda *_: FOUND if may_look.wait() else None)
    log(causes, DROP)
    assert (codes(causes), causes.are_final()) == (["dropped"], False)
    may_look.set()
    while not causes.are_final():
        time.sleep(0.01)
    assert codes(causes) == ["tls-required"]


def test_a_certificate_that_is_refused_is_final_once_the_closer_look_is_over_whatever_it_shows() -> None:
    may_look = threading.Event()

    def fail(_address: str, _code: str) -> Cause | None:
        may_look.wait()
        raise MemoryError

    causes = Causes("h:9092", fail)
    log(causes, f"FAIL [p-1] {HERE} certificate verify failed (after 0ms)")
    assert not causes.are_final()
    may_look.set()
    while not causes.are_final():
        time.sleep(0.01)
    assert codes(causes) == ["untrusted-certificate"]


def test_a_certificate_is_looked_at_once_so_that_a_slow_look_is_not_followed_by_another() -> None:
    looks: list[float] = []

    def slow(_address: str, _code: str) -> Cause | None:
        looks.append(time.monotonic())
        threading.Event().wait(1.5)
        return None

    causes = Causes("h:9092", slow)
    refused = f"FAIL [p-1] {HERE} certificate verify failed (after 0ms)"
    log(causes, refused)
    while not causes.are_final():
        time.sleep(0.01)
        log(causes, refused)
    assert len(looks) == 1


def test_a_look_that_showed_nothing_is_taken_again_as_a_broker_may_start() -> None:
    looks: list[Cause | None] = [None, FOUND]
    causes = Causes("h:9092", lambda *_: looks.pop(0))
    log(causes, DROP)
    while not causes.are_final():
        log(causes, DROP)
        time.sleep(0.01)
    assert (codes(causes), looks) == (["tls-required"], [])


def test_what_a_look_found_is_not_told_of_another_failure() -> None:
    causes = Causes("h:9092", lambda *_: FOUND)
    log(causes, DROP)
    while not causes.are_final():
        time.sleep(0.01)
    log(causes, f"FAIL [p-1] {HERE} Connect to ipv4#h:9092 failed: Connection refused (after 0ms in state CONNECT)")
    assert (codes(causes), causes.are_final()) == (["connection-refused"], False)


def codes(causes: Causes) -> list[str]:
    return [found.code for found, _ in causes.by_address.values()]


def log(causes: Causes, line: str) -> None:
    causes.handle(logging.LogRecord("librdkafka", logging.INFO, "", 0, line, (), None))
