"""Random requests against the described API: nothing breaks, and every answer is one that the description promises."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from pauta.platform.http import RateLimit
from tests.web.conftest import TestClient

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import schemathesis
    from schemathesis.checks import not_a_server_error
    from schemathesis.specs.openapi.checks import (
        content_type_conformance,
        response_schema_conformance,
        status_code_conformance,
    )

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]

EXAMPLES = 12
"""Random requests for each operation: a few seconds in all. Raise it to look deeper."""


def test_every_answer_is_one_that_the_description_promises(
    web: TestClient, secret_of: Callable[[str], str], subtests: pytest.Subtests
) -> None:
    headers = {"Authorization": f"Bearer {secret_of('admin')}"}
    web.app.state.web = replace(web.app.state.web, limit=RateLimit(1e6, 10**6))  # type: ignore[attr-defined]
    schema = schemathesis.openapi.from_asgi("/api/v1/openapi.json", web.app)
    for found in schema.get_all_operations():
        operation = found.ok()

        @settings(
            max_examples=EXAMPLES,
            deadline=None,
            database=None,
            derandomize=True,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(operation.as_strategy())
        def answers_as_described(case: schemathesis.Case) -> None:
            case.validate_response(case.call(headers=headers), checks=CHECKS)

        with subtests.test(operation.label):
            answers_as_described()
