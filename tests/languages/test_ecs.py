"""Index patterns as tables: https://www.elastic.co/docs/reference/fleet/data-streams"""

from __future__ import annotations

import pytest

from simulator.languages.ecs import table_pattern


@pytest.mark.parametrize(
    ("index", "expected"),
    [
        ("logs-endpoint.events.process-*", "elastic.endpoint.events.process"),
        ("logs-endpoint.events.process-default", "elastic.endpoint.events.process"),
        ("logs-endpoint.events.*", "elastic.endpoint.events.*"),
        ("logs-aws.cloudtrail*", "elastic.aws.cloudtrail*"),
        ("other:logs-windows.*", "elastic.windows.*"),
        ("logs-*", "elastic.*"),
        ("winlogbeat-*", "elastic.winlogbeat"),
        ("auditbeat-*", "elastic.auditbeat"),
        (".alerts-security.*", "elastic.alerts-security.*"),
        ("metrics-*", "elastic.metrics.*"),
        ("metrics-system.cpu-*", "elastic.metrics.system.cpu"),
    ],
)
def test_the_table_of_an_index(index: str, expected: str) -> None:
    assert table_pattern(index) == expected
