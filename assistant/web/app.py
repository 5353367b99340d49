"""Puts the web chat together: our routes, Gradio mounted at the root, our page around it, protection around all."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import gradio as gr
from fastapi import FastAPI
from fastapi.staticfiles import StaticFiles

from assistant.accounts.people import ProviderDesk, open_provider
from assistant.accounts.store import open_accounts
from assistant.accounts.throttle import Throttle
from assistant.audit import AuditLog
from assistant.feedback import FeedbackDesk, FeedbackLog
from assistant.web.accessibility import accessibility_routes
from assistant.web.api import API_PATH, create_api
from assistant.web.bodies import STREAMED_PATHS, BodyLimit, largest_body
from assistant.web.capacity import CHECKS_WAITING, FILES_AT_ONCE, FILES_WAITING, WAITING
from assistant.web.chat import ChatLine, build_chat
from assistant.web.factcheck import factcheck_routes
from assistant.web.feedback import feedback_routes
from assistant.web.further import FurtherDesk, further_routes
from assistant.web.gate import Gate
from assistant.web.login import LoginDesk, login_routes
from assistant.web.login_page import LoginPage
from assistant.web.mcp_server import MCP_PATH, create_tools, routes, running
from assistant.web.oidc import provider_routes
from assistant.web.operations.health import Readiness, health_routes
from assistant.web.operations.lifecycle import Intake
from assistant.web.operations.line import Line
from assistant.web.operations.requests import RequestWatch, log_request
from assistant.web.page import ASSETS, PageMiddleware
from assistant.web.problems import IncidentReports, report_problems
from assistant.web.security import PLAIN_PATHS, Protection
from assistant.web.staff import StaffDesk
from assistant.web.viewer import viewer_routes
from assistant.web.visits import Reception

if TYPE_CHECKING:
    from assistant.assistant import Assistant
    from assistant.web.operations.lifecycle import Lifecycle
    from assistant.web.operations.metrics import Metrics

_FONTS = ("Noto Sans", "Liberation Sans", "sans-serif")
_FONTS_MONO = ("Noto Sans Mono", "Liberation Mono", "monospace")
"""Names only: fonts that the machine has. Gradio's default theme would fetch some from Google."""


def create_app(assistant: Assistant, lifecycle: Lifecycle, metrics: Metrics | None = None) -> FastAPI:
    """The web chat over one assistant, ready for an ASGI server.

    What it does counts as work of ``lifecycle``; with ``metrics``, figures are kept.
    """
    # Read by Gradio and its parts whenever they would call home: version check, usage figures, model hub.
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
    os.environ["HF_HUB_DISABLE_TELEMETRY"] = "1"
    tools = create_tools(assistant)
    tool_routes = routes(tools, assistant.settings.host)
    app = FastAPI(title="aktenkundig", docs_url=None, redoc_url=None, openapi_url=None, lifespan=running(tools))
    app.router.routes.extend(tool_routes)
    settings = assistant.settings
    audit = (
        AuditLog(settings.data, days=settings.audit_days, questions=settings.audit_questions)
        if settings.audit
        else None
    )
    accounts = open_accounts(settings) if settings.accounts else None
    reception = Reception(assistant, settings, accounts, audit)
    if accounts is not None:
        login = LoginDesk(accounts, Throttle(accounts.database), audit)
        app.include_router(login_routes(reception, accounts, login, LoginPage(settings), settings))
        if settings.oidc_issuer:
            provider = ProviderDesk(open_provider(settings), accounts, settings)
            app.include_router(provider_routes(provider, accounts, audit, settings))
    app.include_router(viewer_routes())
    app.include_router(accessibility_routes(settings.contact))
    app.include_router(factcheck_routes(settings))
    desk = FeedbackDesk(assistant, FeedbackLog(settings.data)) if settings.feedback else None
    if desk is not None:
        app.include_router(feedback_routes(desk))
    further = FurtherDesk()
    app.include_router(further_routes(further))
    staff = StaffDesk(settings, lifecycle) if settings.staff_key is not None or settings.accounts else None
    questions = Line(
        "api",
        at_once=assistant.at_once,
        waiting=WAITING,
        refusal="Gerade fragen sehr viele; bitte in einer Minute noch einmal versuchen.",
    )
    drafts = Line(
        "check",
        at_once=1,
        waiting=CHECKS_WAITING,
        refusal="Gerade werden viele Entwürfe geprüft; bitte in ein paar Minuten noch einmal versuchen.",
    )
    files = Line(
        "file",
        at_once=FILES_AT_ONCE,
        waiting=FILES_WAITING,
        refusal="Gerade werden viele Dateien gelesen; bitte in ein paar Minuten noch einmal versuchen.",
    )
    app.mount(API_PATH, create_api(assistant, desk, staff, questions=questions, drafts=drafts, files=files))
    readiness = Readiness(assistant, lifecycle)
    app.include_router(health_routes(readiness))
    app.mount("/web", StaticFiles(directory=ASSETS), name="web")
    report_problems(app)
    chat = build_chat(reception, assistant.at_once, desk, further, lifecycle)
    gr.mount_gradio_app(
        app,
        chat,
        path="/",
        theme=gr.themes.Base(font=list(_FONTS), font_mono=list(_FONTS_MONO)),
        footer_links=[],
        run_history=False,
        ssr_mode=False,
        mcp_server=False,
        pwa=False,
        enable_monitoring=False,
        show_error=False,
        max_file_size=1,
    )
    app.add_middleware(PageMiddleware)
    app.add_middleware(Gate, reception=reception)
    app.add_middleware(IncidentReports)
    app.add_middleware(BodyLimit, largest=largest_body(settings.max_draft_length), streamed=STREAMED_PATHS)
    app.add_middleware(Intake, lifecycle=lifecycle, paths=(f"{API_PATH}/", MCP_PATH))
    app.add_middleware(Protection)
    line = ChatLine(chat)
    listeners = [log_request, line.heard]
    if metrics is not None:
        metrics.look_at(assistant, lifecycle, readiness, (line, questions, drafts, files))
        listeners.append(metrics.requested)
    app.add_middleware(RequestWatch, listeners=listeners, known=PLAIN_PATHS)
    return app
