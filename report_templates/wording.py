"""The legal profile: wording that may change with the law, read from data."""

from __future__ import annotations

import tomllib
from typing import Any

from resources import read


def profile(name: str = "ew-2026") -> dict[str, Any]:
    """The sections of a profile by name. Raises FileNotFoundError for one that is not shipped."""
    return tomllib.loads(read(f"profiles/{name}.toml").decode("utf-8"))
