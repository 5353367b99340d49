"""The one lock around PDFium, which must not be entered by two threads at once.

https://pdfium.googlesource.com/pdfium/ states that the library is not thread-safe; reading and rendering share it.
"""

from __future__ import annotations

from threading import RLock

PDFIUM_LOCK = RLock()
