"""What may go wrong with keeping, and travels from process to process. Imports nothing."""


class NothingRecorded(Exception):
    """There is no sound in any of the files."""


class SealedChanged(Exception):
    """A sealed file is not what was sealed: it is this recording's fault, and no store's."""


class StoreFailed(Exception):
    """The store is away, refuses, or does not give back what it was given."""
