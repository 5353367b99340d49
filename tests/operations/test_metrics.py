"""What the figures count, and what never stands in them."""

from __future__ import annotations

import re

import httpx
import psutil
import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.conftest import QUESTION, ROOT, VORLAGE, Run
from tests.operations.conftest import Operated

pytestmark = pytest.mark.slow

NONSENSE = "Wie viele Giraffen wohnen im Rathaus von Zwickau?"


def figures(server: Operated) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    """All figures by name and labels."""
    families = text_string_to_metric_families(httpx.get(server.metrics_address).text)
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in families
        for sample in family.samples
    }


def figure(server: Operated, name: str, **labels: str) -> float:
    return figures(server).get((f"aktenkundig_{name}", tuple(sorted(labels.items()))), 0.0)


def ask(server: Operated, question: str) -> str:
    response = httpx.post(f"{server.address}/api/v1/ask", json={"question": question}, timeout=120)
    assert response.status_code == 200, response.text
    return str(response.json()["status"])


def test_answers_are_counted_by_what_they_are_and_their_stages_timed(server: Operated) -> None:
    before = figure(server, "answer_stage_seconds_count", stage="reading")
    for question, status in ((QUESTION, "answered"), (NONSENSE, "not_found")):
        count = figure(server, "answers_total", status=status, engine="quotes")
        assert ask(server, question) == status
        assert figure(server, "answers_total", status=status, engine="quotes") == count + 1
    assert figure(server, "answer_stage_seconds_count", stage="reading") == before + 2
    assert figure(server, "answer_stage_seconds_sum", stage="total") > 0


def test_fact_checks_are_counted_with_their_verdicts(server: Operated) -> None:
    before = figure(server, "fact_checks_total")
    draft = {"text": "Der Kreisausschuss hat die Verwaltung am 09.12.2013 mit der Konzeption beauftragt."}
    response = httpx.post(f"{server.address}/api/v1/check", json=draft, timeout=120)
    verdicts = [claim["verdict"] for claim in response.json()["claims"]]
    assert figure(server, "fact_checks_total") == before + 1
    assert figure(server, "fact_check_seconds_count") == before + 1
    assert figure(server, "fact_check_claims_total", verdict=verdicts[0]) >= 1


def test_requests_are_counted_by_the_pattern_of_their_address(server: Operated) -> None:
    document = httpx.get(f"{server.address}/api/v1/documents").json()[0]["document"]
    for path in (f"/api/v1/documents/{document}/text", f"/dokumente/{document}/seiten.json", "/", "/wp-login.php"):
        httpx.get(f"{server.address}{path}")
    for route, status in (
        ("/api/v1/documents/{document}/text", "200"),
        ("/dokumente/{document}/seiten.json", "200"),
        ("/", "200"),
        ("andere", "404"),
    ):
        assert figure(server, "http_requests_total", method="GET", route=route, status=status) >= 1, route


def test_the_holdings_and_their_ingestions_are_told(server: Operated) -> None:
    assert figure(server, "documents") == 1
    assert figure(server, "ingestion_runs_total", complete="true") >= 1
    assert figure(server, "ingestion_documents_total", outcome="read") >= 1
    assert figure(server, "ingestion_last_run_complete") == 1
    assert figure(server, "ingestion_last_run_timestamp_seconds") > 1.7e9


def test_memory_readiness_and_lines_are_told(server: Operated) -> None:
    told = figures(server)
    assert told["process_resident_memory_bytes", ()] > 50_000_000
    assert told["aktenkundig_ready", ()] == 1
    for line in ("chat", "api", "check", "file"):
        assert told["aktenkundig_waiting", (("line", line),)] == 0
        assert told["aktenkundig_refused_total", (("line", line),)] == 0


def test_nothing_of_a_question_a_document_or_a_person_is_a_figure(server: Operated) -> None:
    document = httpx.get(f"{server.address}/api/v1/documents").json()[0]
    ask(server, NONSENSE)
    httpx.get(f"{server.address}/dokumente/{document['document']}/seiten.json?frage=Giraffen")
    told = httpx.get(server.metrics_address).text
    for word in ("Giraffen", "127.0.0.1", document["title"], f'"{document["document"]}"', f"/{document['document']}"):
        assert word not in told
    names = {name for line in told.splitlines() for name in re.findall(r'(\w+)="', line)}
    assert names <= {
        "status", "engine", "stage", "le", "verdict", "method", "route", "line", "complete", "outcome", "version"
    }  # fmt: skip


def test_the_chats_own_port_has_no_figures_and_the_figures_port_no_chat(server: Operated) -> None:
    assert httpx.get(f"{server.address}/metrics").status_code == 404
    base = server.metrics_address.removesuffix("/metrics")
    assert "aktenkundig" not in httpx.get(f"{base}/api/v1/documents").text.replace("aktenkundig_", "")
    listening = {
        (connection.laddr.ip, connection.laddr.port)
        for connection in psutil.Process(server.process.pid).net_connections(kind="inet")
        if connection.status == psutil.CONN_LISTEN
    }
    assert {ip for ip, _ in listening} == {"127.0.0.1"}
    assert len(listening) == 2


def test_every_figure_that_an_alert_or_the_guide_names_is_there(server: Operated) -> None:
    told = {name for name, _ in figures(server)}
    for file in (ROOT / "deploy" / "prometheus-alarme.yaml", ROOT / "docs" / "betrieb.md"):
        named = set(re.findall(r"\b(?:aktenkundig|process)_[a-z_]+[a-z]\b", file.read_text(encoding="utf-8")))
        assert named, file
        for name in named:
            assert name in told or any(one.startswith(f"{name}_") for one in told), f"{file.name}: {name}"


def test_another_ingestion_is_counted_while_the_server_runs(server: Operated, run: Run, vorlage_data: object) -> None:
    before = figure(server, "ingestion_runs_total", complete="true")
    done = run("ingest", str(VORLAGE), data=vorlage_data, AKTENKUNDIG_DEFAULT_VISIBILITY="public")
    assert done.code == 0, done.err
    assert figure(server, "ingestion_runs_total", complete="true") == before + 1
    assert figure(server, "ingestion_documents_total", outcome="unchanged") >= 1
