"""Packages that are needed by single solvers."""

import importlib
from typing import Any


def extra(module: str, name: str, owner: Any) -> Any:
    """The module, or one error that names the extra to install."""
    try:
        return importlib.import_module(module)
    except ImportError as error:
        raise ImportError(
            f"{type(owner).__name__} needs the package {module!r}, which comes with "
            f"the extra [{name}]: python -m pip install 'skopt-solvers[{name}]'"
        ) from error
