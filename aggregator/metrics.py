"""The figures of a newsroom, as Prometheus reads them. prometheus_client is known here alone."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.registry import Collector

from aggregator.figures import Figures
from aggregator.outcomes import Report
from aggregator.queue import Standing


class Metrics:
    """What the daemon counts; `figures` and the queue's `standing` are asked when somebody looks."""

    def __init__(
        self,
        figures: Callable[[], Figures] = Figures,
        standing: Callable[[], Standing | None] = lambda: None,
    ) -> None:
        registry = CollectorRegistry()
        self._registry = registry
        self._looked = _Looked(figures, standing)
        registry.register(self._looked)
        self.polls = Counter("newsdesk_polls", "Polls, by outcome.", ["outcome"], registry=registry)
        self.items = Counter("newsdesk_items", "Items that polls brought.", ["kind"], registry=registry)
        self.polling = Gauge("newsdesk_polling", "Sources being polled.", registry=registry)
        self.written = Counter("newsdesk_published_files", "Files that publishing wrote.", registry=registry)
        self.publishing = Histogram(
            "newsdesk_publish_seconds", "How long publishing took.", registry=registry
        )
        self.published_at = Gauge(
            "newsdesk_published_timestamp_seconds", "When something public last changed.", registry=registry
        )

    def count(self, report: Report) -> None:
        """Count what a pass over sources brought."""
        for result in report.results:
            self.polls.labels(result.outcome).inc()
        self.items.labels("new").inc(report.new_items)
        self.items.labels("revised").inc(report.revised_items)

    def text(self, answered: Mapping[int, int]) -> tuple[bytes, str]:
        """All figures, those of the server's answers by status among them, and their content type."""
        self._looked.answered = answered
        return generate_latest(self._registry), CONTENT_TYPE_LATEST


class _Looked(Collector):
    """What is looked up when it is asked for."""

    def __init__(self, figures: Callable[[], Figures], standing: Callable[[], Standing | None]) -> None:
        self._figures, self._standing = figures, standing
        self.answered: Mapping[int, int] = {}

    def describe(self) -> Iterable[Metric]:
        return ()  # nothing is asked of the database when the figures are registered

    def collect(self) -> Iterable[Metric]:
        figures = self._figures()
        sources = GaugeMetricFamily("newsdesk_sources", "Sources, by status.", labels=["status"])
        for status, count in sorted(figures.sources.items()):
            sources.add_metric([status], count)
        yield sources
        yield GaugeMetricFamily(
            "newsdesk_sources_failing", "Sources whose last poll failed.", figures.failing
        )
        yield GaugeMetricFamily("newsdesk_sources_due", "Sources that are due.", figures.due)
        yield GaugeMetricFamily(
            "newsdesk_late_seconds", "By how long the most overdue source is late.", figures.late
        )
        yield from _queue(self._standing())
        answers = CounterMetricFamily("newsdesk_answers", "Answers of published files.", labels=["status"])
        for code, number in sorted(self.answered.items()):
            answers.add_metric([str(code)], number)
        yield answers


def _queue(standing: Standing | None) -> Iterable[Metric]:
    """What waits for workers, where there is a queue."""
    if standing is None:
        return
    yield GaugeMetricFamily("newsdesk_workers", "Workers that are alive.", standing.workers)
    batches = GaugeMetricFamily("newsdesk_batches", "Batches of sources, by status.", labels=["status"])
    batches.add_metric(["waiting"], standing.waiting)
    batches.add_metric(["running"], standing.running)
    yield batches
    yield GaugeMetricFamily("newsdesk_sources_waiting", "Sources that wait for a worker.", standing.sources)
