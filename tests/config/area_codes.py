"""Which of the United States each area code is of, as libphonenumber's own data say."""

from __future__ import annotations

import re
from collections import Counter

STATES = {
    "Alabama": "AL", "Alaska": "AK", "Arizona": "AZ", "Arkansas": "AR", "California": "CA",
    "Colorado": "CO", "Connecticut": "CT", "Delaware": "DE", "Florida": "FL", "Georgia": "GA",
    "Hawaii": "HI", "Idaho": "ID", "Illinois": "IL", "Indiana": "IN", "Iowa": "IA",
    "Kansas": "KS", "Kentucky": "KY", "Louisiana": "LA", "Maine": "ME", "Maryland": "MD",
    "Massachusetts": "MA", "Michigan": "MI", "Minnesota": "MN", "Mississippi": "MS",
    "Missouri": "MO", "Montana": "MT", "Nebraska": "NE", "Nevada": "NV", "New Hampshire": "NH",
    "New Jersey": "NJ", "New Mexico": "NM", "New York": "NY", "North Carolina": "NC",
    "North Dakota": "ND", "Ohio": "OH", "Oklahoma": "OK", "Oregon": "OR", "Pennsylvania": "PA",
    "Rhode Island": "RI", "South Carolina": "SC", "South Dakota": "SD", "Tennessee": "TN",
    "Texas": "TX", "Utah": "UT", "Vermont": "VT", "Virginia": "VA", "Washington": "WA",
    "West Virginia": "WV", "Wisconsin": "WI", "Wyoming": "WY", "Washington D.C.": "DC",
    "District of Columbia": "DC", "Washington, D.C.": "DC", "Washington State": "WA",
}  # fmt: skip


def area_codes() -> dict[str, str]:
    """Read them: takes seconds and much memory, which is why the engine has a file."""
    from phonenumbers.geodata import GEOCODE_DATA

    found: dict[str, Counter[str]] = {}
    for prefix, names in GEOCODE_DATA.items():
        if not prefix.startswith("1") or len(prefix) < 4:
            continue
        text = names.get("en", "")
        city = re.search(r", ([A-Z]{2})$", text)
        state = city[1] if city and city[1] in STATES.values() else STATES.get(text)
        if state is not None:
            # A prefix of the whole area says more than one of a town.
            found.setdefault(prefix[1:4], Counter())[state] += 1000 if len(prefix) == 4 else 1
    return {code: states.most_common(1)[0][0] for code, states in sorted(found.items())}
