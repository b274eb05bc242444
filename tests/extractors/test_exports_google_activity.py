"""My Activity of Google as pages, and in other languages than English."""

from __future__ import annotations

import pytest

from evidence_store.records import AppUse, Moment, Present, Problem, Search, WebVisit
from extractors.exports.google.activity import activity, looks_like
from extractors.exports.google.activity_pages import activity_pages
from extractors.exports.google.activity_pages import looks_like as page_looks_like
from extractors.exports.google.chat import looks_like as chat_looks_like
from tests.evidence_builders.files import MemoryFile
from tests.extractors.test_exports_google import ISO, at, file

SEARCH = "https://www.google.com/search?q=night+bus"
FILM = "https://www.youtube.com/watch?v=1"
BODY = "content-cell mdl-cell mdl-cell--6-col mdl-typography--body-1"
CAPTION = "content-cell mdl-cell mdl-cell--12-col mdl-typography--caption"
WHERE = "Takeout/My Activity/Search/MyActivity.html"
EVENING = 1_772_389_800_000_000  # 2026-03-01T18:30:00Z


def cell(body: str, header: str = "Search", caption: str = "") -> str:
    return (
        '<div class="outer-cell mdl-cell mdl-cell--12-col mdl-shadow--2dp"><div class="mdl-grid">'
        f'<div class="header-cell mdl-cell"><p class="mdl-typography--title">{header}<br></p></div>'
        f'<div class="{BODY}">{body}</div><div class="{BODY} mdl-typography--text-right"></div>'
        f'<div class="{CAPTION}">{caption}</div></div></div>'
    )


def page(*cells: str, zone: str | None = None) -> MemoryFile:
    text = "<html><head><title>My Activity History</title></head><body>" + "".join(cells) + "</body></html>"
    return MemoryFile(WHERE, text.encode(), mime="text/html", zone=zone)


def test_entries_of_a_page_come_out_as_those_of_the_other_form() -> None:
    watched = f'Watched&nbsp;<a href="{FILM}">a film</a><br><a href="https://www.youtube.com/c">Channel</a><br>'
    found = list(
        activity_pages(
            page(
                cell(f'Searched for&nbsp;<a href="{SEARCH}">night bus</a><br>Mar 1, 2026, 6:30:00\u202fPM UTC<br>'),
                cell(f"{watched}Mar 1, 2026, 10:30:00 AM PST<br>", "YouTube", "<b>Products:</b><br>&emsp;YouTube<br>"),
                cell("Used Maps<br>1 Mar 2026, 19:30:00 CET", "Maps"),
            )
        )
    )
    assert found == [
        Search(
            locator="entry 1, line 1",
            service="Search",
            moments=(Moment("recorded", EVENING, "Mar 1, 2026, 6:30:00 PM UTC", "B"),),
            text="night bus",
            url=SEARCH,
        ),
        WebVisit(
            locator="entry 2, line 1",
            service="YouTube",
            moments=(Moment("recorded", EVENING, "Mar 1, 2026, 10:30:00 AM PST", "B"),),
            url=FILM,
            title="Watched a film",
            extra=(
                ("further words", "Channel"),
                ("link", "https://www.youtube.com/c"),
                ("caption", "Products: YouTube"),
            ),
        ),
        AppUse(
            locator="entry 3, line 1",
            service="Maps",
            moments=(Moment("recorded", EVENING, "1 Mar 2026, 19:30:00 CET", "B"),),
            app="Maps",
            activity="Used Maps",
        ),
        Present(3),
    ]


@pytest.mark.parametrize(
    ("date", "utc_us", "codes"),
    [
        ("01.03.2026, 19:30:00 MEZ", EVENING, []),
        ("2026/03/02 3:30:00 JST", EVENING, []),
        ("1 mars 2026 \u00e0 19:30:00 UTC+1", None, ["time"]),
        ("2026. 3. 2. \uc624\uc804 3:30:00 KST", None, ["time"]),
        ("Mar 1, 2026, 6:30:00 PM IST", None, ["time"]),
    ],
)
def test_dates_of_other_languages_are_read_where_they_have_one_meaning(
    date: str, utc_us: int, codes: list[str]
) -> None:
    found = list(activity_pages(page(cell(f"Kartta<br>{date}"), zone="Europe/London")))
    assert (found[0].moments[0].utc_us, found[0].moments[0].raw) == (utc_us, date)
    assert [one.code for one in found if isinstance(one, Problem)] == codes


def test_an_entry_without_a_date_is_said_and_a_page_without_entries_counts_none() -> None:
    found = list(activity_pages(page(cell("Used Maps"))))
    assert found[1] == Problem("value", "time", "the entry has no date", "entry 1, line 1")
    assert list(activity_pages(page())) == [Present(0)]
    assert list(activity_pages(MemoryFile("x.html", b"<html><body>Hello</body></html>"))) == []


def test_entries_behind_a_long_style_sheet_are_found() -> None:
    text = f"<html><head><style>{' ' * 5000}</style></head><body>{cell('Kartta<br>1 Mar 2026, 18:30:00 GMT')}</body>"
    found = list(activity_pages(MemoryFile("Takeout/Suche/MeineSuche.html", text.encode(), mime="text/html")))
    assert [type(one) for one in found] == [AppUse, Present]


def test_a_search_in_another_language_has_its_words_in_its_address() -> None:
    row = {"header": "Google Suche", "title": "Gesucht nach: Nachtbus", "titleUrl": SEARCH, "time": ISO}
    assert list(activity(file("Takeout/Meine Aktivit\u00e4ten/Suche/MeineAktivit\u00e4ten.json", [row]))) == [
        Present(1),
        Search(
            locator="0",
            service="Google Suche",
            moments=(at("recorded"),),
            extra=(("title", "Gesucht nach: Nachtbus"), ("search words in the address", "night bus")),
            text="night bus",
            url=SEARCH,
        ),
    ]


@pytest.mark.parametrize(
    ("head", "known"),
    [
        (b'[{\n  "header": "Suche",\n  "title": "Gesucht nach: x",\n  "time": "2026-03-01T10:00:00Z"', True),
        (b'[{"header":"YouTube","titleUrl":"https://example.org","products":["YouTube"]', True),
        (b'[{"header": "Chapter 1", "title": "x", "body": "y"}]', False),
        (b'{"header": "Suche"}', False),
    ],
)
def test_an_activity_is_known_by_its_first_entry(head: bytes, known: bool) -> None:
    assert looks_like(head) is known


def test_a_page_is_known_by_its_title_or_its_classes() -> None:
    assert page_looks_like(b"<html><head><title>Meine Aktivit\xc3\xa4ten</title><style>.mdl-grid{}")
    assert not page_looks_like(b"<html><head><title>My holidays</title>")


def test_messages_of_google_chat_are_known_in_folders_of_every_language() -> None:
    assert chat_looks_like(b'{\n  "messages": [\n    {\n      "creator": {"name": "A"},\n      "created_date": "x"')
    assert not chat_looks_like(b'{"messages": [{"sender_name": "A"}]}')
