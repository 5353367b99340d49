"""What Gradio's own client may call: the same question, the same answer, as in the chat and under ``/api/v1``."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

import gradio as gr
from pydantic import ValidationError

from assistant.web.api.shapes import QuestionRequest
from assistant.web.problems import sentence_for
from assistant.web.visits import Visit, shown_documents

if TYPE_CHECKING:
    from assistant.web.operations.lifecycle import Lifecycle

API_NAME: Final = "frage"


def add_gradio_api(visit_again: Callable[[gr.Request], Visit], lifecycle: Lifecycle) -> None:
    """Add the call to the Gradio blocks that are being built; it waits in the same line as the chat's questions.

    ``visit_again`` tells who asks at the moment when the question is answered.
    """

    def frage(
        request: gr.Request,
        frage: str,
        verlauf: list[dict[str, str]] | None = None,
        dokumente: list[str] | None = None,
    ) -> dict[str, object]:
        try:
            asked = QuestionRequest.model_validate(
                {"question": frage, "history": verlauf or [], "documents": dokumente}
            )
            visit = visit_again(request)
            with lifecycle.work():
                answer = visit.assistant.answer(asked.question, history=asked.history, documents=asked.documents)
            visit.saw("answer", shown_documents(answer), asked.question)
            return answer.model_dump(mode="json")
        except ValidationError as error:
            sentence = "Eine Angabe ist ungültig; „frage“ ist ein Text, „verlauf“ eine Liste."
            raise gr.Error(sentence, print_exception=False) from error
        except Exception as error:
            raise gr.Error(sentence_for(error), print_exception=False) from error

    gr.api(  # type: ignore[attr-defined]  # public, but not in its list of names
        frage,
        api_name=API_NAME,
        api_description="Antwortet mit wörtlichen Zitaten, oder sagt, dass die Unterlagen dazu nichts enthalten.",
    )
