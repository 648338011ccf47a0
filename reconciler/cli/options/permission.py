"""What a run may do: ``--auto-create``, ``--allow``, ``--prune`` and ``--exceed-limits``."""

from __future__ import annotations

import click

from reconciler.cli import suggest
from reconciler.cli.options.kinds import Command, Option, Repeatable, bundled
from reconciler.model import Consent, ConsentForTopics, Permission, RiskKind
from reconciler.printable import quoted


def _consent(text: str) -> ConsentForTopics:
    """The consent that ``KIND`` or ``KIND=GLOB`` gives. Raises BadParameter where there is no such kind."""
    kind, _, glob = text.partition("=")
    if kind not in list(RiskKind):
        raise click.BadParameter(f"{quoted(kind)} is not a kind of risk; there are {', '.join(RiskKind)}")
    return ConsentForTopics(glob=glob or "*", consent=Consent(kind=RiskKind(kind), given_by=f"--allow {text}"))


def permission_options(command: Command) -> Command:
    """``--auto-create``, ``--allow``, ``--prune`` and ``--exceed-limits``, as one ``permission``."""
    return bundled(
        "permission",
        Permission,
        click.option(
            "--auto-create/--no-auto-create",
            "creating",
            default=True,
            show_default=True,
            cls=Option,
            envvar=["RECONCILER_AUTO_CREATE", "KAFKA_TOPIC_AUTO_CREATE"],
            show_envvar=True,
            help="Create missing topics. With --no-auto-create they are refused; all other changes are applied.",
        ),
        click.option(
            "--allow",
            "consents",
            type=_consent,
            metavar="KIND[=GLOB]",
            cls=Repeatable,
            multiple=True,
            shell_complete=suggest.risks,
            envvar="RECONCILER_ALLOW",
            show_envvar=True,
            help="Consent to risky changes of a kind that the plan names, for all topics or for those whose names "
            "match: data-loss, 'delete=tmp.*'. Repeatable; one per line in the variable.",
        ),
        click.option(
            "--prune",
            "pruning",
            is_flag=True,
            cls=Option,
            envvar="RECONCILER_PRUNE",
            show_envvar=True,
            help="Delete topics in the manifest's scope that it does not list. Each delete still needs consent.",
        ),
        click.option(
            "--exceed-limits",
            "exceeding_limits",
            is_flag=True,
            cls=Option,
            envvar="RECONCILER_EXCEED_LIMITS",
            show_envvar=True,
            help="Ignore policy.limits, the most topics that one run may create, change and delete.",
        ),
    )(command)
