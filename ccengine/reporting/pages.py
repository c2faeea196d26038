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
.tables{overflow-x:auto;margin:.4rem 0}caption{text-align:start;font-weight:600;padding:.2rem 0}
table{border-collapse:collapse;font-variant-numeric:tabular-nums;font-size:.87rem}
th,td{padding:.3rem .45rem;border-bottom:1px solid var(--line);text-align:end;white-space:nowrap}
th:first-child,td:first-child,th.name{text-align:start}th{color:var(--soft);font-weight:600}
td small,th small{display:block;color:var(--soft);font-weight:400}
thead th{vertical-align:bottom;white-space:normal}tbody th{color:var(--ink);font-weight:400}
td.text{text-align:start;white-space:normal;min-width:14rem;overflow-wrap:anywhere}
tr.total td,tr.total th{font-weight:600}
.formulas{columns:26rem;column-gap:2rem;margin:.3rem 0;font-size:.87rem}
.formulas div{break-inside:avoid}.formulas dt{display:inline;font-weight:600}
.formulas dd{display:inline;margin:0;color:var(--soft)}
td .better{color:var(--green)}td .worse{color:var(--red)}
.plots{display:grid;gap:1.2rem;grid-template-columns:repeat(auto-fit,minmax(min(100%,430px),1fr))}
figure{margin:0;overflow-x:auto}svg{width:100%;min-width:440px;height:auto;display:block}
svg text{font-size:10.5px;fill:var(--soft)}
.grid{stroke:var(--line)}.agreed{stroke:var(--red);stroke-dasharray:5 3}
svg .agreed-text{fill:var(--red)}.column{fill:transparent}.column:hover{fill:var(--grey);opacity:.3}
.legend span{display:inline-block;margin-inline-end:1rem;color:var(--soft);font-size:.87rem}
.legend i{display:inline-block;width:.75em;height:.75em;border-radius:2px;margin-inline-end:.35em;
print-color-adjust:exact}
@page{size:landscape;margin:12mm}
@media print{:root{--ink:#000;--soft:#333;--line:#bbb;--paper:#fff;--blue:#2f6fde;--orange:#d9822b;
--green:#3a9d6e;--violet:#7b61c9;--grey:#b3bac7;--red:#c0392b}
body{max-width:none;margin:0;padding:0;font-size:10pt}.tables{overflow:visible}
th,td{padding:.15rem .35rem;font-size:8pt}figure,tr{break-inside:avoid}
thead{display:table-header-group}h2,caption{break-after:avoid}}
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
