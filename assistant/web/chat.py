"""The conversation as Gradio blocks: one view, one input, one event.

The conversation lives in Gradio's session state, one list per browser tab, and is handed to the assistant as history
with each question; nothing of it is kept anywhere else, unless somebody rates an answer.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from queue import Queue
from threading import Event
from typing import TYPE_CHECKING, Any, Final

import gradio as gr
from pydantic import TypeAdapter, ValidationError
from starlette.requests import HTTPConnection

from assistant.answer import Answer, Turn
from assistant.engine import Progress, Watch
from assistant.web.answer_html import Exchange, conversation_html
from assistant.web.capacity import WAITING
from assistant.web.further import FurtherDesk, Shown
from assistant.web.gradio_api import add_gradio_api
from assistant.web.operations.lifecycle import ShuttingDownError
from assistant.web.problems import NotAllowedError, sentence_for
from assistant.web.progress import HungUpError, News, in_words
from assistant.web.visits import Reception, Visit, shown_documents

if TYPE_CHECKING:
    from assistant.feedback import FeedbackDesk
    from assistant.web.operations.lifecycle import Lifecycle
    from assistant.web.operations.requests import HandledRequest

_JOIN: Final = "/gradio_api/queue/join"
_CHOICE = TypeAdapter(list[str])


class ChatLine:
    """Those who wait in Gradio's queue, for figures."""

    name = "chat"

    def __init__(self, chat: gr.Blocks) -> None:
        self._chat = chat
        self._refused = 0

    @property
    def waiting(self) -> int:
        """How many questions have not had their turn yet."""
        return len(self._chat._queue)  # noqa: SLF001 - Gradio tells it nowhere else

    @property
    def refused(self) -> int:
        """How many found the queue full."""
        return self._refused

    def heard(self, request: HandledRequest) -> None:
        """Count a question that Gradio has refused."""
        if request.route == _JOIN and request.status == 503:
            self._refused += 1


def build_chat(
    reception: Reception, at_once: int, desk: FeedbackDesk | None, further: FurtherDesk, lifecycle: Lifecycle
) -> gr.Blocks:
    """The Gradio part of the page; with a desk, answers can be rated; ``further`` knows what may be asked next.

    The browser scripts rely on the ids ``gespraech``, ``frage``, ``fragen`` and ``abbrechen``. Which documents are
    searched is chosen in auswahl.js and comes with each question.
    """
    exchanged = _Exchanges(at_once, desk, further).made

    def ask(
        question: str, exchanges: list[Exchange], choice: str | None, request: gr.Request
    ) -> Iterator[tuple[list[Exchange], str, Any]]:
        """Count as work for as long as the browser is served; an error of the page itself is told, too."""
        try:
            visit = _visit_again(reception, request)
            seen = (visit.name, visit.clearance.view, visit.assistant.access_state())
            # What was answered to somebody else, or from what may not be seen any more, is no part of the conversation.
            exchanges = [exchange for exchange in exchanges if exchange.seen in (None, seen)]
            with lifecycle.work():
                yield from exchanged(visit, Exchange(question, documents=_chosen(choice), seen=seen), exchanges)
        except ShuttingDownError as error:
            now = [*exchanges, Exchange(question, error=str(error))]
            yield now, conversation_html(now), question
        except Exception as error:
            raise gr.Error(sentence_for(error), print_exception=False) from error

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
        add_gradio_api(partial(_visit_again, reception), lifecycle)
        # Gradio draws its input before it listens to it; this runs once it does, see ``ask`` in gespraech.js.
        chat.load(None, js="() => { document.body.dataset.bereit = 'ja'; }")
    chat.queue(default_concurrency_limit=at_once, max_size=WAITING)
    return chat


class _Exchanges:
    """Makes an exchange of each question, in the threads that answers may have."""

    def __init__(self, at_once: int, desk: FeedbackDesk | None, further: FurtherDesk) -> None:
        self._desk = desk
        self._further = further
        self._workers = ThreadPoolExecutor(at_once, thread_name_prefix="answers")

    def made(
        self, visit: Visit, asked: Exchange, exchanges: list[Exchange]
    ) -> Iterator[tuple[list[Exchange], str, Any]]:
        """Show the question at once, then how far it is, then what came of it; a failed one goes back to the input."""
        yield exchanges, conversation_html([*exchanges, asked]), ""
        shown = asked
        told: Queue[Progress | None] = Queue()
        gone = Event()
        news = News()

        def watch(progress: Progress) -> None:
            if gone.is_set():
                raise HungUpError("Die Frage wurde abgebrochen.")
            if news.is_new(progress):
                told.put(progress)

        work = self._workers.submit(
            _answered,
            visit,
            self._desk,
            asked,
            exchanges,
            watch,
        )
        work.add_done_callback(lambda _: told.put(None))
        try:
            while (progress := told.get()) is not None:
                if progress.statement is not None:
                    shown = replace(shown, written=(*shown.written, progress.statement))
                waiting = replace(shown, progress=in_words(progress))
                yield exchanges, conversation_html([*exchanges, waiting]), gr.skip()
        finally:  # Gradio closes the generator where somebody calls the question off
            gone.set()
        result = work.result()
        if result.answer is not None:
            result = replace(result, further=self._further.remember(_shown(result, result.answer, exchanges, visit)))
        now = [*exchanges, result]
        yield now, conversation_html(now), asked.question if result.error else gr.skip()


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
    except Exception as error:  # noqa: BLE001 - the last place before Gradio, which would show its own English message
        return replace(asked, error=sentence_for(error))
    return replace(asked, answer=answer, feedback=desk.remember(answer, history) if desk is not None else None)


def _visit_again(reception: Reception, request: gr.Request) -> Visit:
    """Who asks now: between a click and its turn somebody may have lost a role, or their session have ended."""
    visit = reception.visit(HTTPConnection(request.request.scope)) if request.request is not None else None
    if visit is None:
        raise NotAllowedError("Ihre Anmeldung ist abgelaufen; bitte neu anmelden.")
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
