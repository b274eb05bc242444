"""Events in a chat, put into words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from extractors.chats.whatsapp.parties import number_of

_NAMED: Final = 20  # members that a sentence names; `extra` has them all


def sentence(
    words: str, text: str | None = None, actor: str | None = None, people: Sequence[str] = (), changed: str = ""
) -> str:
    """ "[added to the group: +447700900102 (by +447700900101)] …": what the application stored, in English.

    `people` are those whom the event is about, `actor` is who did it, `changed` what was before and after.
    """
    if people:
        more = f" and {len(people) - _NAMED} more" if len(people) > _NAMED else ""
        words += f": {', '.join(number_of(one) for one in people[:_NAMED])}{more}"
    if changed:
        words += f": {changed}"
    if actor and list(people) != [actor]:
        words += f" (by {number_of(actor)})"
    return f"[{words}] {text}" if text else f"[{words}]"
