"""The conversation as Gradio blocks: one view, one input, one event.

The conversation lives in Gradio's session state, one list per browser tab, and is handed to the assistant as history
with each question; nothing of it is kept anywhere else, unless somebody rates an answer.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from queue import Queue
from threading import Event
from typing import TYPE_CHECKING, Any

import gradio as gr
from pydantic import TypeAdapter, ValidationError
from starlette.requests import HTTPConnection

from assistant.answer import Answer, Turn
from assistant.engine import Progress, Watch
from assistant.web.answer_html import Exchange, conversation_html
from assistant.web.capacity import WAITING
from assistant.web.further import FurtherDesk, Shown
from assistant.web.gradio_api import add_gradio_api
from assistant.web.progress import HungUpError, News, in_words
from assistant.web.visits import Reception, Visit, shown_documents
from corpus.errors import AktenkundigError

if TYPE_CHECKING:
    from assistant.feedback import FeedbackDesk

_log = logging.getLogger(__name__)
_CHOICE = TypeAdapter(list[str])

_UNEXPECTED = "Bei dieser Frage ist ein Fehler aufgetreten; bitte stellen Sie sie noch einmal oder anders."


def build_chat(reception: Reception, at_once: int, desk: FeedbackDesk | None, further: FurtherDesk) -> gr.Blocks:
    """The Gradio part of the page; with a desk, answers can be rated; ``further`` knows what may be asked next.

    The browser scripts rely on the ids ``gespraech``, ``frage``, ``fragen`` and ``abbrechen``. Which documents are
    searched is chosen in auswahl.js and comes with each question.
    """
    workers = ThreadPoolExecutor(at_once, thread_name_prefix="answers")

    def ask(
        question: str, exchanges: list[Exchange], choice: str | None, request: gr.Request
    ) -> Iterator[tuple[list[Exchange], str, Any]]:
        """Show the question at once, then how far it is, then what came of it; a failed one goes back to the input."""
        visit = _visit_again(reception, request)
        seen = (visit.name, visit.clearance.view, visit.assistant.access_state())
        # What was answered to somebody else, or from what is not to be seen any more, is no part of the conversation.
        exchanges = [exchange for exchange in exchanges if exchange.seen in (None, seen)]
        asked = Exchange(question, documents=_chosen(choice))
        yield exchanges, conversation_html([*exchanges, asked]), ""
        told: Queue[Progress | None] = Queue()
        gone = Event()
        news = News()

        def watch(progress: Progress) -> None:
            if gone.is_set():
                raise HungUpError("Die Frage wurde abgebrochen.")
            if news.is_new(progress):
                told.put(progress)

        work = workers.submit(
            _answered,
            visit,
            desk,
            Exchange(question, documents=asked.documents, seen=seen),
            exchanges,
            watch,
        )
        work.add_done_callback(lambda _: told.put(None))
        try:
            while (progress := told.get()) is not None:
                if progress.statement is not None:
                    asked = replace(asked, written=(*asked.written, progress.statement))
                waiting = replace(asked, progress=in_words(progress))
                yield exchanges, conversation_html([*exchanges, waiting]), gr.skip()
        finally:  # Gradio closes the generator where somebody calls the question off
            gone.set()
        result = work.result()
        if result.answer is not None:
            result = replace(result, further=further.remember(_shown(result, result.answer, exchanges, visit)))
        now = [*exchanges, result]
        yield now, conversation_html(now), question if result.error else gr.skip()

    def call_off(exchanges: list[Exchange]) -> str:
        """The conversation as it was before the question that is not wanted any more."""
        return conversation_html(exchanges)

    chat: gr.Blocks = gr.Blocks(title="aktenkundig", analytics_enabled=False)
    with chat:
        exchanges = gr.State([])
        conversation = gr.HTML("", elem_id="gespraech", apply_default_css=False, js_on_load=None)
        with gr.Row(elem_id="eingabe"):
            question = gr.Textbox(
                label="Ihre Frage",
                show_label=False,
                container=False,
                placeholder="Ihre Frage zu den Unterlagen …",
                lines=1,
                max_lines=6,
                elem_id="frage",
                scale=1,
                html_attributes=gr.InputHTMLAttributes(autocomplete="off", spellcheck=True, enterkeyhint="send"),
            )
            button = gr.Button("Fragen", elem_id="fragen", variant="primary", scale=0, min_width=0)
            stop = gr.Button("Abbrechen", elem_id="abbrechen", scale=0, min_width=0)
        choice = gr.Textbox(visible=False)
        asking = gr.on(
            [question.submit, button.click],
            ask,
            inputs=[question, exchanges, choice],
            outputs=[exchanges, conversation, question],
            js="(question, exchanges) => [question, exchanges, document.body.dataset.auswahl ?? '']",
            show_progress="hidden",
            api_visibility="private",
            trigger_mode="once",
        )
        stop.click(
            call_off,
            inputs=[exchanges],
            outputs=[conversation],
            cancels=[asking],
            concurrency_limit=None,
            show_progress="hidden",
            api_visibility="private",
        )
        add_gradio_api(partial(_visit_again, reception))
        # Gradio draws its input before it listens to it; this runs once it does, see ``ask`` in gespraech.js.
        chat.load(None, js="() => { document.body.dataset.bereit = 'ja'; }")
    chat.queue(default_concurrency_limit=at_once, max_size=WAITING)
    return chat


def _answered(
    visit: Visit,
    desk: FeedbackDesk | None,
    asked: Exchange,
    earlier: Sequence[Exchange],
    watch: Watch,
) -> Exchange:
    """Ask the assistant; every failure becomes one German sentence in the conversation."""
    history = history_of(earlier)
    try:
        answer = visit.assistant.answer(
            asked.question, history=history, user=visit.name or None, documents=asked.documents, watch=watch
        )
        visit.saw("answer", shown_documents(answer), asked.question)
    except AktenkundigError as error:
        return replace(asked, error=str(error))
    except Exception:  # noqa: BLE001 - the last place before Gradio, which would show its own English message
        _log.exception("a question could not be answered")
        return replace(asked, error=_UNEXPECTED)
    return replace(asked, answer=answer, feedback=desk.remember(answer, history) if desk is not None else None)


def _visit_again(reception: Reception, request: gr.Request) -> Visit:
    """Who asks now: between a click and its turn somebody may have lost a role, or their session have ended."""
    visit = reception.visit(HTTPConnection(request.request.scope)) if request.request is not None else None
    if visit is None:
        raise gr.Error("Ihre Anmeldung ist abgelaufen; bitte neu anmelden.")
    return visit


def _shown(exchange: Exchange, answer: Answer, earlier: Sequence[Exchange], visit: Visit) -> Shown:
    """What somebody sees once an answer is there."""
    conversation = [*earlier, exchange]
    quotes = [quote for one in conversation if one.answer is not None for quote in one.answer.citations]
    return Shown(answer, history_of(conversation), quotes, exchange.documents, visit.clearance.view)


def _chosen(choice: str | None) -> tuple[str, ...] | None:
    """The ids that the browser sends, ``None`` for everything; what cannot be read is no choice of any document."""
    if not choice:
        return None
    try:
        return tuple(_CHOICE.validate_json(choice))
    except ValidationError:
        return ()


def history_of(exchanges: Sequence[Exchange]) -> list[Turn]:
    """Earlier questions with their answers, oldest first; what failed is no part of the conversation."""
    turns: list[Turn] = []
    for exchange in exchanges:
        if exchange.answer is not None:
            turns.append(Turn(role="user", text=exchange.question))
            turns.append(Turn(role="assistant", text=exchange.answer.text))
    return turns
