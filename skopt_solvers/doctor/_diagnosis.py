"""All findings about a fit, and how they are shown."""

from collections.abc import Iterator, Sequence

from .._tables import html_table
from ._finding import Finding

HEADER = ["finding", "what it means", "evidence", "remedy", "tried"]


class Diagnosis:
    """Findings about a fit; prints as text, renders as HTML.

    Attributes
    ----------
    summary : str
        How the fit went.
    converged : bool
        Whether it converged.
    findings : list of Finding
        The gravest first; empty if there is nothing to say.
    """

    def __init__(
        self, summary: str, converged: bool, findings: Sequence[Finding]
    ) -> None:
        self.summary = summary
        self.converged = converged
        self.findings = list(findings)

    def __len__(self) -> int:
        return len(self.findings)

    def __iter__(self) -> Iterator[Finding]:
        return iter(self.findings)

    def __getitem__(self, name: str) -> Finding:
        """The finding of this name."""
        found = {finding.name: finding for finding in self.findings}
        if name not in found:
            raise KeyError(f"{name!r} was not found; found were {sorted(found)}.")
        return found[name]

    def __str__(self) -> str:
        if not self.findings:
            return f"{self.summary}\nNothing unusual was found."
        numbered = (f"{k}. {each}" for k, each in enumerate(self.findings, 1))
        return "\n".join([self.summary, *numbered])

    __repr__ = __str__

    def _repr_html_(self) -> str:
        rows = [[f.name, f.message, f.numbers, str(f.remedy), f.outcome or "-"]
                for f in self.findings]  # fmt: skip
        notes = [] if rows else ["Nothing unusual was found."]
        return html_table(HEADER, rows, [self.summary, *notes])
