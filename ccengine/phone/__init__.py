"""A scripted SIP phone: it registers, calls, answers, presses digits, says tones and hears them.

For the canary and the demo (`ccengine call`) and for tests with real sound. It imports nothing of
ccengine and needs nothing but the standard library. Start reading at `phone.py`, what a script
holds in its hand; then `calls.py`. Below them `signalling.py` and `media.py` own the sockets;
`messages`, `transactions`, `dialogs`, `digest`, `sdp`, `rtp`, `ulaw` and `frequencies` are pure:
bytes and `now` in, bytes and deadlines out.

    async with Phone(Account("caller-1", password)) as phone:
        call = await phone.call("600100", tone_hz=440)
        await call.send_digits("1")
        await call.heard.wait_for_tone(660)
        await call.hang_up()
"""

from ccengine.phone.calls import Call, Ending, Party, Timeline
from ccengine.phone.errors import (
    CallFailed,
    CallOver,
    PhoneError,
    RegistrationFailed,
    RequestFailed,
)
from ccengine.phone.heard import Heard, HeardDigit
from ccengine.phone.incoming import IncomingCall
from ccengine.phone.outgoing import OutgoingCall
from ccengine.phone.phone import Phone
from ccengine.phone.sounds import Samples, Silence, Sound, Tone
from ccengine.phone.user_agent import Account

__all__ = [
    "Account",
    "Call",
    "CallFailed",
    "CallOver",
    "Ending",
    "Heard",
    "HeardDigit",
    "IncomingCall",
    "OutgoingCall",
    "Party",
    "Phone",
    "PhoneError",
    "RegistrationFailed",
    "RequestFailed",
    "Samples",
    "Silence",
    "Sound",
    "Timeline",
    "Tone",
]
