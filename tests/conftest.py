"""What every test file shares: no timed test, on machines that are busy with something else."""

from __future__ import annotations

from hypothesis import HealthCheck, settings

settings.register_profile("paperboy", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("paperboy")
