"""One clear error where a part of a user's own cannot be compiled."""

import functools
import re
from collections.abc import Callable
from typing import Any

from numba.core.errors import NumbaError

__all__ = ["NotCompilable", "explained"]

# how numba names a call of a part's method, the innermost first
CALL = re.compile(
    r"BoundFunction\(\(<class '[^']*'>, '(\w+)'\) for (.+?)\.[0-9a-f]{24}\("
)
FAILED = re.compile(
    r"Failed in nopython mode pipeline \(step: [^)]*\)\n\s*(\S.*(?:\s+>>> .*)?)"
)
PLACE = re.compile(r'File "([^"\n]*)", line (\d+):')


class NotCompilable(TypeError):  # noqa: N818
    """A native method of a part is outside the subset of Python that numba compiles."""


def explained(compile_for: Callable[..., Any]) -> Callable[..., Any]:
    """numba's compilation of a kernel, with errors that name the part at fault."""

    @functools.wraps(compile_for)
    def compiling(*arguments: Any, **options: Any) -> Any:
        try:
            return compile_for(*arguments, **options)
        except NumbaError as error:
            call = CALL.search(str(error))
            if call is None:
                raise
            raise NotCompilable(_explanation(str(error), *call.groups())) from error

    return compiling


def _explanation(text: str, method: str, part: str) -> str:
    reasons = FAILED.findall(text)
    place = PLACE.search(text)
    where = f" ({place[1]}, line {place[2]})" if place else ""
    reason = " ".join(reasons[-1].split()).rstrip(".")
    return (
        f"{part}.{method} cannot be compiled{where}: {reason}. Native methods take and "
        "return numbers; they may use arithmetic, if, for, math and functions that are "
        "compiled themselves. Put what needs more into __init__ or properties, as "
        "numbers or arrays."
    )
