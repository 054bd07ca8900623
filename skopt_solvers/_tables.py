"""Tables as text and as HTML, for what is shown in terminals and notebooks."""

from collections.abc import Sequence
from html import escape

__all__ = ["html_table", "text_table"]

Rows = Sequence[Sequence[str]]


def text_table(header: Sequence[str], rows: Rows) -> str:
    """Columns under a header; the first is aligned left, the others right."""
    widths = [max(map(len, column)) for column in zip(header, *rows, strict=True)]

    def line(cells: Sequence[str]) -> str:
        first = cells[0].ljust(widths[0])
        rest = [c.rjust(w) for c, w in zip(cells[1:], widths[1:], strict=True)]
        return "  ".join([first, *rest]).rstrip()

    return "\n".join([line(header), *map(line, rows)])


def html_table(header: Sequence[str], rows: Rows, notes: Sequence[str] = ()) -> str:
    """The same as HTML, notes below; everything is escaped."""

    def line(cells: Sequence[str], tag: str) -> str:
        style = ' style="text-align: left"', ' style="text-align: right"'
        inner = [f"<{tag}{style[k > 0]}>{escape(cell)}</{tag}>"
                 for k, cell in enumerate(cells)]  # fmt: skip
        return f"<tr>{''.join(inner)}</tr>"

    body = "\n".join(line(row, "td") for row in rows)
    below = "".join(f"<p>{escape(note)}</p>" for note in notes)
    return (
        f"<table>\n<thead>{line(header, 'th')}</thead>\n"
        f"<tbody>{body}</tbody>\n</table>{below}"
    )
