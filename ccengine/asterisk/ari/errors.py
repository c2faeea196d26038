"""What can go wrong on the wire. That something is gone is not among it: that is a result."""


class AriError(Exception):
    """Any failure to have Asterisk do what was asked."""


class AriDisconnected(AriError):
    """The connection is down or went down before the answer came; it may have been done."""


class AriTimeout(AriError):
    """No answer in time on a connection that stands; it may still be done."""


class BadRequest(AriError):
    """A request that we built wrong: an empty id, a control character. It was never sent."""


class AriRefused(AriError):
    """Asterisk said no, for a reason that is not "gone"."""

    def __init__(self, status: int, method: str, path: str, message: str) -> None:
        super().__init__(f"{method} {path}: {status} {message}")
        self.status = status
        self.method = method
        self.path = path
        self.message = message


class UnsupportedAsterisk(AriError):
    """This version of Asterisk has faults that lose calls."""
