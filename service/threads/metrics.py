"""How the prepared answers do, for Prometheus: read when asked for, so that counting costs the read path nothing."""

from __future__ import annotations

from collections.abc import Iterator

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from service.threads.prepared import PreparedCache
from service.web.metrics import PROCESS


class PreparedFigures(Collector):
    """Hits, misses, entries and bytes of the cache of this process."""

    def __init__(self, cache: PreparedCache) -> None:
        self._cache = cache

    def collect(self) -> Iterator[Metric]:
        """One family a figure."""
        lookups = CounterMetricFamily(
            "belowline_prepared_lookups",
            "Page loads by where the answer came from.",
            labels=("process", "found"),
        )
        lookups.add_metric((PROCESS, "yes"), self._cache.hits)
        lookups.add_metric((PROCESS, "no"), self._cache.misses)
        yield lookups
        held = GaugeMetricFamily(
            "belowline_prepared_bytes", "Memory of prepared answers.", labels=("process",)
        )
        held.add_metric((PROCESS,), self._cache.size_bytes)
        yield held
