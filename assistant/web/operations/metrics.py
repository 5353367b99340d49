"""Figures for Prometheus, on a port of their own: whoever can reach the chat cannot reach them.

Labels have few values, all known beforehand: nothing tells a person, a question or a document from another.
"""

from __future__ import annotations

import errno
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.metadata import version
from typing import TYPE_CHECKING, Final

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Histogram,
    ProcessCollector,
    start_http_server,
)
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from assistant.factcheck import VERDICTS
from assistant.observing import Observer
from assistant.web.operations.logs import EVENTS, tell
from corpus.errors import SettingsError, StoreError

if TYPE_CHECKING:
    from logging import LogRecord

    from assistant.answer import Answer
    from assistant.assistant import Assistant
    from assistant.factcheck import FactCheck
    from assistant.web.operations.health import Readiness
    from assistant.web.operations.lifecycle import Lifecycle
    from assistant.web.operations.line import WaitingLine
    from assistant.web.operations.requests import HandledRequest

STAGES: Final = ("understanding", "retrieval", "reading", "composing", "writing", "first_word", "total")
"""Stages of an answer that are told; those of an answer's ``timings_ms``."""
_ANSWER_SECONDS: Final = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 40, 60)
_CHECK_SECONDS: Final = (1, 2.5, 5, 10, 30, 60, 120, 300, 600)
_OUTCOMES: Final = ("read", "replaced", "unchanged", "duplicate", "removed", "failed")


class Metrics(Observer):
    """Counts what is told to it; what changes by itself is looked up when somebody asks for the figures.

    Safe to use from several threads.
    """

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        self._answers = Counter(
            "aktenkundig_answers", "Antworten nach Ergebnis und Art", ["status", "engine"], registry=self.registry
        )
        self._stages = Histogram(
            "aktenkundig_answer_stage_seconds",
            "Sekunden je Abschnitt einer Antwort",
            ["stage"],
            buckets=_ANSWER_SECONDS,
            registry=self.registry,
        )
        self._checks = Counter("aktenkundig_fact_checks", "geprüfte Entwürfe", registry=self.registry)
        self._check_seconds = Histogram(
            "aktenkundig_fact_check_seconds",
            "Sekunden je geprüftem Entwurf",
            buckets=_CHECK_SECONDS,
            registry=self.registry,
        )
        self._claims = Counter(
            "aktenkundig_fact_check_claims", "geprüfte Aussagen nach Urteil", ["verdict"], registry=self.registry
        )
        self._requests = Counter(
            "aktenkundig_http_requests", "Anfragen", ["method", "route", "status"], registry=self.registry
        )
        self._incidents = Counter("aktenkundig_errors", "unerwartete Fehler", registry=self.registry)
        # Known label values begin at zero: a rate of something that never happened is 0 and not unknown.
        for stage in STAGES:
            self._stages.labels(stage)
        for verdict in VERDICTS:
            self._claims.labels(verdict)
        for status in ("answered", "partial", "not_found"):
            self._answers.labels(status, "quotes")

    def answered(self, answer: Answer) -> None:
        """Count an answer and how long its stages took."""
        self._answers.labels(answer.status, answer.engine).inc()
        for stage in STAGES:
            if (milliseconds := answer.timings_ms.get(stage)) is not None:
                self._stages.labels(stage).observe(milliseconds / 1000)

    def checked(self, check: FactCheck) -> None:
        """Count a fact check and its verdicts."""
        self._checks.inc()
        if (milliseconds := check.timings_ms.get("total")) is not None:
            self._check_seconds.observe(milliseconds / 1000)
        for verdict, count in check.counts().items():
            self._claims.labels(verdict).inc(count)

    def requested(self, request: HandledRequest) -> None:
        """Count a request."""
        self._requests.labels(request.method, request.route, str(request.status)).inc()

    def count_incidents(self) -> None:
        """Count what is logged as an unexpected error from now on."""
        EVENTS.addFilter(self._logged)

    def _logged(self, record: LogRecord) -> bool:
        """A filter that lets everything through."""
        if getattr(record, "event", "") == "error":
            self._incidents.inc()
        return True

    def look_at(
        self,
        assistant: Assistant,
        lifecycle: Lifecycle,
        readiness: Readiness,
        lines: Sequence[WaitingLine],
    ) -> None:
        """Where to look up what is not told: called once, when the server is put together."""
        self.registry.register(_LookedUp(assistant, lifecycle, readiness, lines))


class _LookedUp(Collector):
    """What stands somewhere already, and is read when somebody asks."""

    def __init__(
        self,
        assistant: Assistant,
        lifecycle: Lifecycle,
        readiness: Readiness,
        lines: Sequence[WaitingLine],
    ) -> None:
        self._assistant = assistant
        self._lifecycle = lifecycle
        self._readiness = readiness
        self._lines = lines

    def describe(self) -> list[Metric]:
        """None: the registry would look everything up at the start to know the names."""
        return []

    def collect(self) -> Iterator[Metric]:
        """The families, each anew."""
        info = GaugeMetricFamily("aktenkundig_build_info", "Fassung des Programms", labels=["version"])
        info.add_metric([version("aktenkundig")], 1)
        yield info
        yield GaugeMetricFamily(
            "aktenkundig_ready", "1, wenn Fragen beantwortet werden", value=not self._readiness.failing()
        )
        yield GaugeMetricFamily(
            "aktenkundig_under_way", "Fragen, Prüfungen und Änderungen in Arbeit", value=self._lifecycle.under_way
        )
        waiting = GaugeMetricFamily("aktenkundig_waiting", "Wartende nach Schlange", labels=["line"])
        refused = CounterMetricFamily("aktenkundig_refused", "wegen Andrangs Abgewiesene", labels=["line"])
        for line in self._lines:
            waiting.add_metric([line.name], line.waiting)
            refused.add_metric([line.name], line.refused)
        yield waiting
        yield refused
        yield from self._holdings()

    def _holdings(self) -> Iterator[Metric]:
        """Documents and ingestions; left out where the store cannot be read, which ``aktenkundig_ready`` tells."""
        try:
            figures = self._assistant.figures()
        except StoreError:
            return
        ingestions = figures.ingestions
        yield GaugeMetricFamily(
            "aktenkundig_documents", "öffentliche Dokumente, aus denen geantwortet wird", value=figures.documents
        )
        runs = CounterMetricFamily("aktenkundig_ingestion_runs", "Läufe des Einlesens", labels=["complete"])
        runs.add_metric(["true"], ingestions.runs - ingestions.incomplete)
        runs.add_metric(["false"], ingestions.incomplete)
        yield runs
        documents = CounterMetricFamily(
            "aktenkundig_ingestion_documents", "eingelesene Dokumente nach Ergebnis, aller Läufe", labels=["outcome"]
        )
        for outcome in _OUTCOMES:
            documents.add_metric([outcome], ingestions.documents.get(outcome, 0))
        yield documents
        yield GaugeMetricFamily(
            "aktenkundig_ingestion_last_run_timestamp_seconds",
            "Ende des letzten Laufs, Sekunden seit 1970",
            value=ingestions.last_ended,
        )
        yield GaugeMetricFamily(
            "aktenkundig_ingestion_last_run_seconds", "Dauer des letzten Laufs", value=ingestions.last_seconds
        )
        yield GaugeMetricFamily(
            "aktenkundig_ingestion_last_run_complete",
            "1, wenn der letzte Lauf nichts auslassen musste",
            value=ingestions.last_complete,
        )


@contextmanager
def served(metrics: Metrics, host: str, port: int) -> Iterator[None]:
    """Serve the figures at ``/metrics`` until the end; port 0 picks a free one, which is logged.

    Raises :class:`corpus.errors.SettingsError` where host and port cannot be used.
    """
    try:
        server, thread = start_http_server(port, host, metrics.registry)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise SettingsError(
                f"Port {port} für die Kennzahlen ist schon belegt; bitte mit AKTENKUNDIG_METRICS_PORT einen anderen "
                "wählen."
            ) from error
        raise SettingsError(
            f"Auf {host}, Port {port}, können die Kennzahlen nicht erreichbar sein: {error.strerror}; "
            "bitte AKTENKUNDIG_METRICS_HOST und AKTENKUNDIG_METRICS_PORT prüfen."
        ) from error
    tell("figures", f"Kennzahlen für Prometheus: Port {server.server_port}, /metrics", port=server.server_port)
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
