"""The workflow logs in with its own principal, over TLS, and the password gets nowhere else."""

from __future__ import annotations

from confluent_kafka.admin import AclBinding, AclOperation, AclPermissionType, ResourcePatternType, ResourceType

from tests.ci.github import pull_request
from tests.ci.world import World
from tests.support.clients import AdminClient
from tests.support.secured import PASSWORD, Secured, allowed


def test_a_plan_needs_only_a_principal_that_can_read(world: World, secured_kafka: Secured) -> None:
    github = world.github
    github.bootstrap_servers = secured_kafka.addresses["SASL_TLS"]
    github.variables["KAFKA_PLAN_USERNAME"] = "planner"
    github.secrets["KAFKA_PLAN_PASSWORD"] = PASSWORD
    github.machine = {"KAFKA_SSL_CA_LOCATION": str(secured_kafka.folder / "authority.pem")}
    github.knows_passwords = True
    head = world.origin.propose(7, "orders", topics=world.manifest(orders=""))
    admin = AdminClient({"bootstrap.servers": secured_kafka.sandbox.bootstrap_servers})
    readable = (ResourceType.TOPIC, world.prefix, ResourcePatternType.PREFIXED, "User:planner", "*")
    read = (AclOperation.DESCRIBE, AclOperation.DESCRIBE_CONFIGS)
    with allowed(admin, *(AclBinding(*readable, operation, AclPermissionType.ALLOW) for operation in read)):
        job = world.run("plan", pull_request(7, "orders", head))
    assert job.succeeded, job.log
    assert job.report["summary"]["create"] == 1
    assert job.report["topics"][0]["unchecked"] is not None
    assert PASSWORD not in github.everything_shown(job.log, job.summary)
