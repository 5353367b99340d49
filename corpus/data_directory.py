"""What lies where in a data directory, for whoever copies, restores or tidies one.

=======================  ===========================================================================================
``aktenkundig.sqlite``   the store, the source of truth
``chroma…``              the vector index, which can be rebuilt from the store; ``vektoren.stand`` names the current one
``vektoren.kennung``     by which a Chroma server tells the indexes of this data directory from others
``originale``            a copy of each file that was read, named by the hash of its bytes
``hochgeladen``          what staff uploaded, in a folder for each visibility; hidden files are changes under way
``oparl``                what council information systems sent, and how far the comparison with each has come
``rueckmeldungen.jsonl`` what users said of answers
``zugaenge.sqlite``      accounts, their sessions and tokens
``zugriffe.sqlite``      the audit log: who saw what
``modelle``              converted models; they can be made again
``schreibsperre.lock``   held by whoever writes
=======================  ===========================================================================================
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from corpus.types import Visibility

FEEDBACK_FILE: Final = "rueckmeldungen.jsonl"
UPLOADS_DIRECTORY: Final = "hochgeladen"
UPLOAD_PLACES: Final[dict[Visibility, str]] = {
    "public": "oeffentlich",
    "non_public": "nichtoeffentlich",
    "internal": "intern",
}
ACCOUNTS_FILE: Final = "zugaenge.sqlite"
AUDIT_FILE: Final = "zugriffe.sqlite"
OPARL_DIRECTORY: Final = "oparl"
LOCK_FILE: Final = "schreibsperre.lock"
