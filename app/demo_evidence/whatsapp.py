"""The made-up group chat, as WhatsApp on Android exports it: a text file and its attachments in a zip.

One file that the text names is not there, two media were left out when it was exported, and the clocks go back in it.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from app.demo_evidence.archive import FixedZip
from app.demo_evidence.clock import london, utc
from app.demo_evidence.pictures import Taken, photo

TITLE: Final = "Thursday Readers"
MISSING: Final = "IMG-20260910-WA0003.jpg"
# WhatsApp puts this mark in front of an attachment's name.
_MARK: Final = "\N{LEFT-TO-RIGHT MARK}"
_NADIA, _CHRIS, _TOMASZ = "Nadia Example", "Chris Specimen", "Tomasz Przykład"
_YUSUF, _AYESHA, _RAVI = "Yusuf Mithal يوسف مثال", "Ayesha Misaal", "Ravi Udaharan"
_LI, _DANA = "Li Fanli 李范例", "Dana Dugma"


@dataclass(frozen=True, slots=True)
class Line:
    """One message, `when` in UTC. No `sender` makes it a line of the application itself."""

    when: str
    sender: str
    text: str
    attachment: str = ""


LINES: Final = (
    Line("2026-03-05 18:01", "", "Messages and calls are end-to-end encrypted. Only people in this chat can read "
         "them. Learn more."),
    Line("2026-03-05 18:01", "", f'{_TOMASZ} created group "{TITLE}"'),
    Line("2026-03-05 18:02", "", "You were added"),
    Line("2026-03-05 18:04", _TOMASZ, "Welcome everybody! 📚 First book: a very long one."),
    Line("2026-03-05 18:09", _NADIA, "I can order copies through the shop 🙂"),
    Line("2026-03-05 18:15", _YUSUF, "السلام عليكم، هل سنلتقي يوم الخميس الساعة 7؟"),
    Line("2026-03-05 18:20", _AYESHA, "جی ہاں، جمعرات کو شام سات بجے ملتے ہیں۔"),
    Line("2026-03-05 18:24", _RAVI, "मैं थोड़ी देर से आऊँगा, कृपया मेरे लिए जगह रखना 🙏"),
    Line("2026-03-05 18:31", _TOMASZ, "Dzięki! Przyniosę ciasto i żółty zeszyt."),
    Line("2026-03-05 18:40", _LI, "好的，我会带上笔记和茶。"),
    Line("2026-03-05 18:44", _DANA, "תודה, נתראה ביום חמישי בשעה 19:00"),
    Line("2026-03-05 18:50", _CHRIS, "Is there room for one more?"),
    Line("2026-03-05 18:52", _TOMASZ, "Of course 👍🏽"),
    Line("2026-03-12 21:30", _NADIA, "The table after three hours", "IMG-20260312-WA0001.jpg"),
    Line("2026-03-12 21:33", _DANA, "❤️👩‍👩‍👧 איזה ערב יפה"),
    Line("2026-04-16 18:10", _CHRIS, "Nadia, you have not answered me about the coffee."),
    Line("2026-04-16 18:25", _NADIA, "Let's keep this group for books please."),
    Line("2026-05-19 19:02", _CHRIS, "Some people here do not answer their messages."),
    Line("2026-05-19 19:05", _RAVI, "Chris, कृपया, not here."),
    Line("2026-05-19 19:30", _TOMASZ, "I agree with Ravi.\nThis group is for books.\n\nNext time: chapters 10 to 14."),
    Line("2026-06-11 17:48", _CHRIS, "See you all tonight. Even those who do not want to see me."),
    Line("2026-06-11 21:55", "", f"{_TOMASZ} removed {_CHRIS}"),
    Line("2026-06-11 21:58", _TOMASZ, "I have asked Chris to stay away. Nadia, tell us if you need anything."),
    Line("2026-06-11 22:03", _NADIA, "Thank you all 💛"),
    Line("2026-07-09 18:12", _LI, "<Media omitted>"),
    Line("2026-07-09 18:14", _YUSUF, "كتاب جميل! صفحة 214 هي المفضلة عندي 😊"),
    Line("2026-07-09 18:20", _AYESHA, "مجھے بھی — صفحہ 214 بہت خوب ہے، thank you Yusuf!"),
    Line("2026-08-13 19:40", _NADIA, "Someone slid this under the shop door", "IMG-20260813-WA0002.jpg"),
    Line("2026-08-13 19:44", _DANA, "תשמרי הכול. Keep it, do not throw it away."),
    Line("2026-09-10 20:15", _RAVI, "The window today", MISSING),
    Line("2026-09-10 20:18", _LI, "他今天又站在书店外面。He stood outside again."),
    Line("2026-09-10 20:21", _TOMASZ, "This message was deleted"),
    Line("2026-10-08 18:30", _YUSUF, "<Media omitted>"),
    Line("2026-10-12 18:30", _NADIA, "I am reporting it on Monday. Leila comes with me.", "list.txt"),
    Line("2026-10-12 18:33", _AYESHA, "آپ نے ٹھیک فیصلہ کیا۔ We are with you."),
    Line("2026-10-25 00:42", _NADIA, "Is anybody awake? He is writing again."),
    Line("2026-10-25 00:55", _LI, "醒着。Do not answer him."),
    Line("2026-10-25 01:12", _NADIA, "Another one just now. My phone says ten past one for the second time."),
    Line("2026-10-25 01:41", _RAVI, "घड़ी एक घंटा पीछे गई है। Note both times."),
    Line("2026-10-25 09:00", _TOMASZ, "Zapisz wszystko. I will bring you to the station tomorrow."),
    Line("2026-10-26 10:20", _NADIA, "Thank you. Handing in my phone now, see you Thursday 📖"),
)  # fmt: skip


def _attachments() -> dict[str, bytes]:
    return {
        "IMG-20260312-WA0001.jpg": photo(1, Taken(utc("2026-03-12 21:29:10"), None)),
        "IMG-20260813-WA0002.jpg": photo(5, Taken(utc("2026-08-13 19:38:47"), None, has_offset=False)),
        "list.txt": b"2 Aug blocked the number\n11 Aug new number\n",
    }


def chat_text() -> str:
    """The text of the export: British dates, local time, no zone; a message may run over several lines."""
    rows = []
    for line in LINES:
        stamp = f"{london(utc(line.when)):%d/%m/%Y, %H:%M}"
        attached = f"{_MARK}{line.attachment} (file attached)\n" if line.attachment else ""
        sender = f"{line.sender}: " if line.sender else ""
        rows.append(f"{stamp} - {sender}{attached}{line.text}\n")
    return "".join(rows)


def whatsapp_zip(path: Path) -> Path:
    """Writes the export and gives `path` back."""
    when = london(utc("2026-10-26 10:30"))
    with FixedZip(path) as archive:
        archive.add(f"WhatsApp Chat with {TITLE}.txt", chat_text().encode(), when)
        for name, data in _attachments().items():
            archive.add(name, data, when)
    return path
