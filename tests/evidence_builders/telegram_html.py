"""Made-up pages of Telegram Desktop's HTML export."""

from __future__ import annotations

HEAD = """<!DOCTYPE html>
<html>
 <head><meta charset="utf-8"/><title>Exported Data</title></head>
 <body onload="CheckLocation();">
  <div class="page_wrap">
   <div class="page_header">
    <div class="content">
     <div class="text bold">
Harbour
     </div>
    </div>
   </div>
   <div class="page_body chat_page">
    <div class="history">
"""
TAIL = "    </div>\n   </div>\n  </div>\n </body>\n</html>\n"


def message(number: int, body: str, *, sender: str = "Ann Example", date: str = "01.03.2026 10:30:00 UTC+01:00") -> str:
    """A message; without a sender it is joined to the one before."""
    joined = "" if sender else " joined"
    name = f'<div class="from_name">\n{sender} \n       </div>' if sender else ""
    return (
        f'<div class="message default clearfix{joined}" id="message{number}">\n<div class="pull_left userpic_wrap">'
        '<div class="userpic userpic1"><div class="initials">A</div></div></div>\n<div class="body">\n'
        f'<div class="pull_right date details" title="{date}">\n10:30\n</div>\n{name}\n{body}\n</div>\n</div>\n'
    )


def service(number: int, text: str) -> str:
    return f'<div class="message service" id="message{number}">\n<div class="body details">\n{text}\n</div>\n</div>\n'


def text(words: str) -> str:
    return f'<div class="text">\n{words}\n       </div>'


def media(kind: str, title: str, *, href: str = "", description: str = "", status: str = "") -> str:
    tag = f'a class="media clearfix pull_left block_link {kind}" href="{href}"' if href else f'div class="media {kind}"'
    parts = "".join(
        f'<div class="{name}">\n{words}\n</div>'
        for name, words in (("title bold", title), ("description", description), ("status details", status))
        if words
    )
    inside = f'<div class="fill pull_left"></div><div class="body">{parts}</div>'
    return f'<div class="media_wrap clearfix"><{tag}>{inside}</{tag.split()[0]}></div>'


def page(*parts: str) -> bytes:
    return (HEAD + "".join(parts) + TAIL).encode()
