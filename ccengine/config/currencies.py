"""Codes of ISO 4217 for money in use."""

from __future__ import annotations

from typing import Annotated, Final

from pydantic import AfterValidator

from ccengine.config.names import mistake

CODES: Final = """
AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD
CDF CHF CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD
GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD
KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO
NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE
SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD UYU UZS VED VES VND
VUV WST XAF XCD XCG XOF XPF YER ZAR ZMW ZWG
"""
CURRENCIES: Final = frozenset(CODES.split())

WITHOUT_DECIMALS: Final = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"
WITH_THREE: Final = "BHD IQD JOD KWD LYD OMR TND"


def decimals_of(currency: str) -> int:
    """Return how many decimals amounts of a currency have."""
    if currency in WITHOUT_DECIMALS.split():
        return 0
    return 3 if currency in WITH_THREE.split() else 2


def _currency(text: str) -> str:
    if text not in CURRENCIES:
        message = f"'{text}' is no currency"
        raise mistake(message, "use a code of ISO 4217 such as AED, EUR, UAH")
    return text


Currency = Annotated[str, AfterValidator(_currency)]
