"""Tables as text, HTML and Markdown, and lines of blocks."""

from collections.abc import Iterable, Sequence
from html import escape

__all__ = [
    "Rows",
    "html_table",
    "markdown_table",
    "replace_block",
    "sparkline",
    "text_table",
]

Rows = Sequence[Sequence[str]]
BLOCKS = "▁▂▃▄▅▆▇█"


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


def markdown_table(header: Sequence[str], rows: Rows) -> str:
    """The same as Markdown; bars inside cells are escaped."""

    def line(cells: Sequence[str]) -> str:
        return "| " + " | ".join(cell.replace("|", r"\|") for cell in cells) + " |"

    return "\n".join([line(header), line(["---"] * len(header)), *map(line, rows)])


def replace_block(text: str, name: str, block: str) -> str:
    """`text` with `block` between its markers ``<!-- name -->, <!-- end of name -->``.

    Raises ValueError where the two markers are not there, once each and in order.
    """
    begin, end = f"<!-- {name} -->\n", f"<!-- end of {name} -->"
    before, found, rest = text.partition(begin)
    _, closed, after = rest.partition(end)
    if not found or not closed or text.count(begin) + text.count(end) != 2:
        raise ValueError(f"the text needs one pair of markers {begin.strip()}, {end}")
    return f"{before}{begin}{block}\n{end}{after}"


def sparkline(values: Iterable[float]) -> str:
    """Numbers from 0 on as blocks, the largest one full: ``▁▃▅▇``."""
    numbers = list(values)
    top = max(numbers) or 1.0
    return "".join(BLOCKS[round(value / top * (len(BLOCKS) - 1))] for value in numbers)
