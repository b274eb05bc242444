"""What an address says beyond itself: the words that were searched for, where it is a page of results."""

from __future__ import annotations

from functools import lru_cache
from typing import Final
from urllib.parse import parse_qs, urlsplit

# The part of a host's name that tells the engine -> the parameters that carry the words.
_ENGINES: Final = {
    "google": ("q",),
    "bing": ("q",),
    "duckduckgo": ("q",),
    "ecosia": ("q",),
    "qwant": ("q",),
    "startpage": ("query", "q"),
    "brave": ("q",),
    "yahoo": ("p",),
    "yandex": ("text",),
    "baidu": ("wd", "word"),
    "ask": ("q",),
    "aol": ("q",),
    "youtube": ("search_query",),
    "amazon": ("k", "field-keywords"),
    "ebay": ("_nkw",),
    "facebook": ("q",),
    "twitter": ("q",),
    "x": ("q",),
    "reddit": ("q",),
    "tiktok": ("q",),
    "wikipedia": ("search",),
}
_LONGEST: Final = 16_384  # an address beyond that is data, and no page of results


@lru_cache(maxsize=4096)
def search_words(url: str | None) -> str | None:
    """The words in the address of a page of results, for the search engines that are known; else None.

    That an address carries words says that the page was asked for with them, and not that somebody typed them.
    """
    if not url or len(url) > _LONGEST or "?" not in url:
        return None
    try:
        parts = urlsplit(url)
        names = (parts.hostname or "").split(".")[:-1]
        wanted = next((_ENGINES[name] for name in reversed(names) if name in _ENGINES), ())
        found = parse_qs(parts.query, max_num_fields=200)
    except ValueError:
        return None
    return next((found[name][0] for name in wanted if found.get(name)), None)


def searched(url: str | None) -> tuple[tuple[str, str], ...]:
    """The same as further fields of a record."""
    words = search_words(url)
    return (("search words in the address", words),) if words else ()
