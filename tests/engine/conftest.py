"""How hard the property tests try: `pytest --hypothesis-profile=long` for thousands of examples each."""

from __future__ import annotations

from hypothesis import HealthCheck, settings

_SLOW = (HealthCheck.too_slow, HealthCheck.data_too_large)

settings.register_profile("short", max_examples=100, deadline=None, suppress_health_check=_SLOW)
settings.register_profile("long", max_examples=3000, deadline=None, suppress_health_check=_SLOW)


def pytest_configure(config: object) -> None:
    if not getattr(getattr(config, "option", None), "hypothesis_profile", None):
        settings.load_profile("short")
