"""Executed notebooks as web pages for whoever wants to see how it was done.

One file each, without a script or anything from elsewhere; a content policy says so to the browser. Ids of
customers in tables are masked.
"""

from __future__ import annotations

import html
import re
import sys
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nbconvert.exporters.html import HTMLExporter

POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"
ID_COLUMN = re.compile(r"(?:.*_)?id")
MASK = "•••"

STYLE = """
:root { color-scheme: light dark; --ink: #1c1b19; --paper: #fbf9f4; --soft: #f1ede4; --rule: #d9d3c6 }
@media (prefers-color-scheme: dark) {
  :root { --ink: #ece8df; --paper: #191816; --soft: #24221f; --rule: #45413a }
}
body { margin: 0 auto; padding: 2rem 1rem 4rem; max-width: 56rem; background: var(--paper); color: var(--ink);
  font: 1rem/1.55 Charter, "Bitstream Charter", Cambria, Georgia, serif }
a { color: inherit }
h1, h2, h3 { line-height: 1.2; font-weight: 600 }
.anchor-link { display: none }
pre, code { font: .85rem/1.5 ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace }
pre { margin: 0; white-space: pre-wrap; overflow-wrap: anywhere }
.prompt { display: none }
.input_area { background: #f6f3ec; color: #1c1b19; border: 1px solid #d9d3c6; padding: .5rem .75rem;
  margin: 1rem 0 .5rem }
.output_area { overflow-x: auto; margin: .5rem 0 1rem }
img, svg { max-width: 100%; height: auto }
.notice { border-left: 3px solid #9c3a1c; padding-left: .75rem; font-size: .85rem }
table, th, td { border: 0 }
table { border-collapse: collapse; font: .85rem/1.4 system-ui, sans-serif;
  font-variant-numeric: tabular-nums }
th, td { padding: .25rem .6rem; border-bottom: 1px solid var(--rule) !important; text-align: right;
  vertical-align: top }
tbody th, th:first-child { text-align: left }
"""


def render_notebook(path: Path, root: Path, notice: str = "") -> str:
    """Render an executed notebook as one self-contained page, ids masked and paths told from `root`.

    notice : what the dataset says of itself, repeated at the top of every page
    """
    sys.modules.setdefault("rfc3987_syntax", None)
    import nbformat
    from pygments.formatters import HtmlFormatter

    notebook = nbformat.read(path, as_version=4)
    notebook.cells = [mask_cell(cell) for cell in notebook.cells]
    for cell in notebook.cells:
        if "injected-parameters" in cell.metadata.get("tags", ()):
            cell["id"] = "given"  # Papermill draws one at random, and the page would be another each time
    body, _ = exporter().from_notebook_node(notebook)
    body = body.replace(f"{html.escape(str(root))}/", "")
    colours = HtmlFormatter(style="default", nobackground=True).get_style_defs(".highlight")
    title = html.escape(path.stem.replace("_", " "))
    above = f'<p class="notice">{html.escape(notice)}</p>\n' if notice else ""
    return (
        f'<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">\n'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">\n<title>{title}</title>\n'
        f"<style>{STYLE}{colours}</style>\n</head>\n<body>\n<main>\n{above}{body}\n</main>\n</body>\n</html>\n"
    )


@cache
def exporter() -> HTMLExporter:
    """The exporter of all pages, so that its templates are compiled once."""
    from nbconvert.exporters.html import HTMLExporter

    return HTMLExporter(template_name="basic")


def mask_cell(cell: Any) -> Any:
    """Mask ids in the tables that a cell shows; a table in plain text is left out if it has an id column."""
    for output in cell.get("outputs", ()):
        data = output.get("data", {})
        if "text/html" in data:
            data["text/html"] = mask_tables(data["text/html"])
        elif "text/plain" in data and re.search(r"\b\w*_id\b", data["text/plain"]):
            data["text/plain"] = "(not shown: a table with ids)"
    return cell


def mask_tables(source: str) -> str:
    """Replace the contents of columns whose heading is ``id`` or ends in ``_id``, index columns too.

    >>> mask_tables("<table><tr><th>customer_id</th><th>n</th></tr><tr><td>17</td><td>2</td></tr></table>")
    '<table><tr><th>customer_id</th><th>n</th></tr><tr><td>•••</td><td>2</td></tr></table>'
    """
    if not re.search(r"\bid\b|_id\b", source):
        return source
    from bs4 import BeautifulSoup

    soup = BeautifulSoup(source, "html.parser")
    for table in soup.find_all("table"):
        masked: set[int] = set()
        for row in table.find_all("tr"):
            cells = row.find_all(["th", "td"])
            named = {i for i, cell in enumerate(cells) if ID_COLUMN.fullmatch(cell.get_text(strip=True))}
            if named:
                masked |= named
                continue
            for i in masked & set(range(len(cells))):
                if cells[i].get_text(strip=True) and not only_headings(row):
                    cells[i].string = MASK
    return str(soup)


def only_headings(row: Any) -> bool:
    return not row.find_all("td")
