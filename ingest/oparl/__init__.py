"""Documents from council information systems, over their standard interface OParl 1.0 and 1.1."""

from ingest.oparl.body import Rhythm
from ingest.oparl.client import Manners, Stop
from ingest.oparl.errors import OParlError, StoppedError
from ingest.oparl.report import BodyReport, SyncReport
from ingest.oparl.synchronisation import Synchronisation

__all__ = ["BodyReport", "Manners", "OParlError", "Rhythm", "Stop", "StoppedError", "SyncReport", "Synchronisation"]
