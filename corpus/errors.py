"""The one family of errors that users see: a German sentence with what to do."""

from __future__ import annotations


class AktenkundigError(Exception):
    """An expected failure. ``str(error)`` is one clear German sentence; commands exit with code 2 on it."""


class SettingsError(AktenkundigError):
    """A setting is unknown or has an impossible value."""


class StoreError(AktenkundigError):
    """The data directory cannot be used: read-only, damaged, or made with another model or version."""


class DamagedStoreError(StoreError):
    """The SQLite file is damaged: nothing mends it, but a backup or the files bring everything back."""


class IndexAwayError(StoreError):
    """The Chroma server with the vector index does not answer now; once it does, everything goes on by itself."""


class UnreadableFileError(AktenkundigError):
    """A file is missing, empty, damaged, encrypted, of an unknown format or without text."""


class QuestionError(AktenkundigError):
    """A question that cannot be asked: empty or far too long."""


class DraftError(AktenkundigError):
    """A draft that cannot be checked: empty, far too long, or a file that cannot be read."""


class NotThereError(AktenkundigError):
    """A document, page or place that does not exist or may not be shown: the sentence never tells which of the two."""


class LanguageModelError(AktenkundigError):
    """The language model did not answer, or not as it should: unreachable, refused, too slow, too long, too busy."""
