"""The evaluator agrees with GitHub's documentation, and refuses what it does not know."""

from __future__ import annotations

from typing import Any

import pytest

from tests.ci.expressions import evaluate, filled, holds

CONTEXTS = {"inputs": {"name": "prod", "exit-code": "0"}, "steps": {}, "github": {"event": None}}


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("inputs.name", "prod"),
        ("inputs.name == 'PROD'", True),
        ("inputs.exit-code != ''", True),
        ("steps.other.outputs.path", None),
        ("steps.other.outputs.path == ''", True),
        ("github.event.pull_request.head.repo.full_name != 'a/b'", True),
        ("inputs.missing || inputs.name", "prod"),
        ("inputs.missing && inputs.name", None),
        ("!(inputs.name == 'prod') || 'it''s'", "it's"),
    ],
)
def test_values(expression: str, value: Any) -> None:
    assert evaluate(expression, CONTEXTS) == value


def test_a_step_runs_after_a_failure_only_if_it_says_so() -> None:
    assert not holds("inputs.name == 'prod'", CONTEXTS, succeeded=False)
    assert holds("always() && inputs.name == 'prod'", CONTEXTS, succeeded=False)


def test_templates_are_filled() -> None:
    assert filled("a ${{ inputs.name }}-${{ inputs.missing }}${{ inputs.name == 'prod' }}", CONTEXTS) == "a prod-true"


@pytest.mark.parametrize("expression", ["contains('a', 'b')", "a.b[0]", "1 < 2", "unknown.name", "'a' 'b'"])
def test_what_is_not_known_is_an_error(expression: str) -> None:
    with pytest.raises((AssertionError, KeyError)):
        evaluate(expression, CONTEXTS)
