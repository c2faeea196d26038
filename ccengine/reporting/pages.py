"""Pages of HTML that need nothing else: one look for all reports, light and dark."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

STYLE = """
:root{--ink:#1d2433;--soft:#5b6475;--line:#e3e6ec;--paper:#fff;--blue:#2f6fde;--orange:#d9822b;
--green:#3a9d6e;--violet:#7b61c9;--grey:#b3bac7;--red:#c0392b}
@media(prefers-color-scheme:dark){:root{--ink:#e8ebf1;--soft:#a4adbd;--line:#343b49;--paper:#161a22;
--blue:#6ea0f5;--orange:#eba65b;--green:#65c396;--violet:#a794e6;--grey:#5f6878;--red:#ef7f72}}
body{font:15px/1.45 system-ui,sans-serif;color:var(--ink);background:var(--paper);
max-width:1240px;margin:2rem auto;padding:0 1rem}
h1{font-size:1.5rem;margin:0}h2{font-size:1.15rem;margin:2.2rem 0 .4rem}
h3{font-size:.95rem;margin:0 0 .2rem;font-weight:600}p{margin:.3rem 0;color:var(--soft)}
.tables{overflow-x:auto}table{border-collapse:collapse;font-variant-numeric:tabular-nums}
th,td{padding:.3rem .6rem;border-bottom:1px solid var(--line);text-align:right;white-space:nowrap}
th:first-child,td:first-child{text-align:left}th{color:var(--soft);font-weight:600}
tr.total td{font-weight:600}td small{display:block;color:var(--soft)}
td .better{color:var(--green)}td .worse{color:var(--red)}
.plots{display:grid;gap:1.2rem;grid-template-columns:repeat(auto-fit,minmax(min(100%,430px),1fr))}
figure{margin:0}svg{width:100%;height:auto;display:block}svg text{font-size:10.5px;fill:var(--soft)}
.grid{stroke:var(--line)}.agreed{stroke:var(--red);stroke-dasharray:5 3}
svg .agreed-text{fill:var(--red)}.column{fill:transparent}.column:hover{fill:var(--grey);opacity:.3}
.legend span{display:inline-block;margin-right:1rem;color:var(--soft)}
.legend i{display:inline-block;width:.75em;height:.75em;border-radius:2px;margin-right:.35em}
"""


def document(title: str, sections: Iterable[str]) -> str:
    """Return a whole page.

    Args:
        title: as text.
        sections: as HTML.
    """
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{escape(title)}</title><style>{STYLE}</style></head>\n"
        f"<body>{chr(10).join(sections)}</body></html>\n"
    )


def legend(names: Iterable[tuple[str, str]]) -> str:
    """Return what colors mean: names, and CSS colors."""
    spans = "".join(
        f'<span><i style="background:{color}"></i>{escape(name)}</span>' for name, color in names
    )
    return f'<div class="legend">{spans}</div>'
