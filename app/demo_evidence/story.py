"""The story: a bookseller keeps receiving messages that she has asked a former colleague to stop sending. Fiction.

Times are UTC. Numbers are from the ranges that Ofcom keeps free for drama.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from app.demo_evidence.clock import utc

OWNER: Final = "+447700900101"
CHRIS: Final = "+447700900147"
SECOND_NUMBER: Final = "+447700900562"
TOMASZ: Final = "+447700900118"
LEILA: Final = "07700900133"
SHOP: Final = "01632960210"
LIBRARY: Final = "02079460321"

# name, number, organisation
CONTACTS: Final = (
    ("Chris Specimen", CHRIS, "Fictional Books"),
    ("Leila Example", LEILA, ""),
    ("Tomasz Przykład", TOMASZ, ""),
    ("Fictional Books (shop)", SHOP, "Fictional Books"),
    ("Library, reading group", LIBRARY, "Invented Public Library"),
    ("Yusuf Mithal يوسف مثال", "+447700900171", ""),
    ("Ayesha Misaal عائشہ مثال", "+447700900172", ""),
    ("Ravi Udaharan रवि उदाहरण", "+447700900173", ""),
    ("Li Fanli 李范例", "+447700900174", ""),
    ("Dana Dugma דנה דוגמה", "+447700900175", ""),
)


@dataclass(frozen=True, slots=True)
class Sms:
    """`when` is UTC; `sent` says whether the owner of the phone wrote it."""

    when: str
    number: str
    text: str
    sent: bool = False


_WRITTEN: Final = (
    Sms("2026-03-02 09:14", CHRIS, "Morning! Are you opening up today or shall I?"),
    Sms("2026-03-02 09:16", CHRIS, "I am, already here. See you at ten.", True),
    Sms("2026-03-06 17:40", LEILA, "Dinner on Sunday? Mum is making too much as usual"),
    Sms("2026-03-06 17:52", LEILA, "Yes please 😀", True),
    Sms("2026-03-19 16:05", CHRIS, "Last day tomorrow. Strange feeling after four years."),
    Sms("2026-03-19 16:11", CHRIS, "All the best with the new job!", True),
    Sms("2026-03-29 00:50", CHRIS, "Still awake? Clocks go forward in ten minutes."),
    Sms("2026-03-29 01:10", CHRIS, "Never mind. It is ten past two already, apparently."),
    Sms("2026-04-14 19:30", CHRIS, "Fancy a coffee this week?"),
    Sms("2026-04-14 20:02", CHRIS, "Sorry, not this week. Busy with stocktaking.", True),
    Sms("2026-04-15 07:45", CHRIS, "Next week then."),
    Sms("2026-04-20 18:20", CHRIS, "You did not answer about the coffee."),
    Sms("2026-05-03 21:15", CHRIS, "I walked past the shop today. You looked busy."),
    Sms("2026-05-03 21:40", CHRIS, "Please don't wait outside the shop. I would rather not meet up.", True),
    Sms("2026-05-03 21:42", CHRIS, "I was only walking past."),
    Sms("2026-05-18 22:31", CHRIS, "Why are you ignoring me?"),
    Sms("2026-05-19 08:05", CHRIS, "Please stop messaging me. I have asked before and I mean it.", True),
    Sms("2026-05-19 08:06", CHRIS, "Fine."),
    Sms("2026-05-24 23:02", CHRIS, "I just think you owe me an answer."),
    Sms("2026-06-01 06:58", TOMASZ, "Cześć! Czy wszystko w porządku? Chris znowu o ciebie pytał."),
    Sms("2026-06-01 07:10", TOMASZ, "Dziękuję, że mówisz. Nie chcę z nim rozmawiać.", True),
    Sms("2026-07-08 12:00", SHOP, "Fictional Books: your rota for next week is on the board. Jordan"),
    Sms("2026-08-02 20:15", LEILA, "Keep a note of every message, with the time. And do not answer."),
    Sms("2026-08-02 20:18", LEILA, "I am. I blocked the number today.", True),
    Sms("2026-08-11 21:48", SECOND_NUMBER, "You blocked me. That is not very nice."),
    Sms("2026-08-11 21:55", SECOND_NUMBER, "Who is this? Do not contact me again.", True),
    Sms("2026-08-11 21:56", SECOND_NUMBER, "You know who."),
    Sms("2026-09-10 10:30", LIBRARY, "Invented Public Library: the reading group meets Thursday at 7 pm."),
    Sms("2026-10-12 18:00", LEILA, "Shall I come with you on Monday when you report it?"),
    Sms("2026-10-12 18:04", LEILA, "Yes. Thank you. I have 61 of them written down.", True),
    Sms("2026-10-25 00:20", SECOND_NUMBER, "Are you awake?"),
    Sms("2026-10-25 00:40", SECOND_NUMBER, "I can see that you are online."),
    Sms("2026-10-25 01:10", SECOND_NUMBER, "The clocks have gone back. We could start again too."),
    Sms("2026-10-25 01:40", SECOND_NUMBER, "Answer me please."),
    Sms("2026-10-25 08:02", LEILA, "Four more in the night, two of them at twenty to two. Clock change.", True),
    Sms("2026-10-25 08:15", LEILA, "Screenshots! One says 01:40 twice, explain that to them"),
    Sms("2026-10-26 09:30", SHOP, "Fictional Books: no need to come in today. Take the time you need. Jordan"),
)
# This one stands in the write-ahead log only, as on a phone that was seized while it was running.
SMS_IN_WAL: Final = Sms("2026-10-26 10:05", SECOND_NUMBER, "Why is nobody in the shop today?")

_REPEATED: Final = (
    "Hello?",
    "Please reply.",
    "I only want to talk.",
    "Did you get my message?",
    "Just one coffee. That is all I ask.",
    "You used to be friendly.",
    "I saw the new window display. Nice.",
    "I will be at the reading group on Thursday.",
    "Good night. Again no answer.",
    "Still nothing?",
    "Tell me what I did wrong.",
)


def _unanswered() -> list[Sms]:
    """The run of messages that nobody answered: late in the evening, every third day at first, in the end daily."""
    found: list[Sms] = []
    day = utc("2026-06-03 00:00")
    while day < utc("2026-10-24 00:00"):
        index = len(found)
        moment = day + timedelta(hours=19 + index * 7 % 4, minutes=index * 37 % 60)
        number = CHRIS if moment < utc("2026-08-02 20:00") else SECOND_NUMBER
        found.append(Sms(f"{moment:%Y-%m-%d %H:%M}", number, _REPEATED[index % len(_REPEATED)]))
        day += timedelta(days=max(1, 3 - index // 20))
    return found


def all_sms() -> list[Sms]:
    """Every text message but the one in the write-ahead log, in order of time."""
    return sorted([*_WRITTEN, *_unanswered()], key=lambda sms: sms.when)


@dataclass(frozen=True, slots=True)
class Mms:
    when: str
    number: str
    text: str
    attachments: tuple[str, ...] = ()  # names from ATTACHMENTS of android.py
    sent: bool = False
    subject: str = ""


ALL_MMS: Final = (
    Mms("2026-03-15 14:02", CHRIS, "The new shelves!", ("shelves.jpg",)),
    Mms("2026-06-14 17:31", CHRIS, "Guess where I am.", ("square.jpg",)),
    Mms("2026-07-19 18:09", CHRIS, "Your favourite bench.", ("bench.jpg",), subject="Remember?"),
    Mms("2026-08-30 19:44", SECOND_NUMBER, "", ("window.jpg", "note.txt")),
    Mms("2026-09-21 20:03", LEILA, "These arrived at the shop for you", ("parcel.jpg",), sent=False),
    Mms("2026-10-13 09:12", LEILA, "My list so far", ("list.txt",), sent=True),
)


@dataclass(frozen=True, slots=True)
class Called:
    """`kind`: 1 incoming, 2 outgoing, 3 missed, 5 rejected, 6 blocked, as Android numbers them."""

    when: str
    number: str
    kind: int
    seconds: int = 0


ALL_CALLS: Final = (
    Called("2026-03-02 08:55", CHRIS, 1, 41),
    Called("2026-03-08 10:20", LEILA, 2, 612),
    Called("2026-04-20 18:25", CHRIS, 3),
    Called("2026-05-03 21:45", CHRIS, 5),
    Called("2026-05-18 22:35", CHRIS, 3),
    Called("2026-05-18 22:36", CHRIS, 3),
    Called("2026-05-18 22:38", CHRIS, 3),
    Called("2026-06-01 07:15", TOMASZ, 2, 305),
    Called("2026-06-21 22:10", CHRIS, 5),
    Called("2026-07-05 22:50", CHRIS, 3),
    Called("2026-07-05 22:52", CHRIS, 3),
    Called("2026-07-26 23:15", CHRIS, 3),
    Called("2026-08-02 19:58", LEILA, 1, 1044),
    Called("2026-08-09 21:30", CHRIS, 6),
    Called("2026-08-11 22:00", SECOND_NUMBER, 1, 9),
    Called("2026-08-25 22:05", "", 3),
    Called("2026-09-06 22:06", "", 3),
    Called("2026-09-27 23:40", SECOND_NUMBER, 5),
    Called("2026-10-12 18:10", LEILA, 2, 230),
    Called("2026-10-25 00:45", SECOND_NUMBER, 3),
    Called("2026-10-25 01:45", SECOND_NUMBER, 3),
    Called("2026-10-26 09:35", SHOP, 1, 118),
)
