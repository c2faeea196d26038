"""What can go wrong on the phone, for the script that uses it."""


class PhoneError(Exception):
    """The phone cannot do what the script asked."""


class MalformedMessage(PhoneError):
    """A packet that cannot be read; it is counted and ignored, never fatal."""


class RegistrationFailed(PhoneError):
    """The registrar refused or did not answer; `code` is its SIP status, 0 without an answer."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(f"registration failed: {code} {reason}")
        self.code = code
        self.reason = reason


class CallFailed(PhoneError):
    """The call was over before it was answered; `code` is the SIP status, 0 without an answer."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(f"call failed: {code} {reason}")
        self.code = code
        self.reason = reason


class CallOver(PhoneError):
    """The call ended before what the script waits for was heard."""


class RequestFailed(PhoneError):
    """The other side refused a request within a call (digits, REFER, hold)."""

    def __init__(self, method: str, code: int, reason: str) -> None:
        super().__init__(f"{method} failed: {code} {reason}")
        self.method = method
        self.code = code
        self.reason = reason
