"""What can go wrong with stored files. Each text ends with what to do about it."""


class StorageError(Exception):
    """Something stored cannot be read or written."""


class JournalError(StorageError):
    """The journal cannot be used."""


class JournalLocked(JournalError):
    """Another engine writes this journal."""


class JournalMissing(JournalError):
    """There is no journal to read."""


class JournalCorrupted(JournalError):
    """The file is not a journal, or is damaged."""


class JournalTooNew(JournalError):
    """A newer program wrote the journal."""


class JournalFailed(JournalError):
    """A row could not be written: nothing may be done about what it says."""


class RecordsTooNew(StorageError):
    """A newer program wrote the database of call records."""
