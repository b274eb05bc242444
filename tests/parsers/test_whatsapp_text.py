from __future__ import annotations

import io

import pytest

from parsers.whatsapp_chat import ChatEntry, entries, survey


def read(*bodies: str) -> list[ChatEntry]:
    data = "\n".join(f"13/01/2024, 10:00 - {body}" for body in bodies).encode()
    return list(entries(io.BytesIO(data), survey(io.BytesIO(data))))


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("IMG-20240101-WA0001.jpg (file attached)", "IMG-20240101-WA0001.jpg"),
        ("\u200eIMG-20240101-WA0001.jpg (archivo adjunto)", "IMG-20240101-WA0001.jpg"),
        ("PTT-20240101-WA0001.opus (Datei angehängt)\nwith a caption", "PTT-20240101-WA0001.opus"),
        ("VID-20240101-WA0001.mp4 (words of a language not listed)", "VID-20240101-WA0001.mp4"),
        ("IMG-20240101-WA0001.jpg (الملف مرفق)", "IMG-20240101-WA0001.jpg"),
        ("IMG-20240101-WA0001.jpg (फ़ाइल संलग्न है)", "IMG-20240101-WA0001.jpg"),
        ("(קובץ מצורף) IMG-20240101-WA0001.jpg", "IMG-20240101-WA0001.jpg"),
        ("DOC-20240101-WA0001. (fichier joint)", "DOC-20240101-WA0001."),
        ("Minutes of June 3.pdf (file attached)", "Minutes of June 3.pdf"),
        ("photo.jpg <attached>", "photo.jpg"),
        ("Ann Example.vcf (file attached)", "Ann Example.vcf"),
        ("\u200e<attached: 00000012-PHOTO-2024-01-01-10-00-00.jpg>", "00000012-PHOTO-2024-01-01-10-00-00.jpg"),
        ("<Anhang: 00000012-PHOTO-2024-01-01-10-00-00.jpg>", "00000012-PHOTO-2024-01-01-10-00-00.jpg"),
        ("<adjunto: 00000012-AUDIO-2024-01-01-10-00-00.opus>", "00000012-AUDIO-2024-01-01-10-00-00.opus"),
        ("<liite: 00000074-PHOTO-2022-03-13-14-17-25.jpg>", "00000074-PHOTO-2022-03-13-14-17-25.jpg"),
        ("\u200e<المُرفق: 00000012-report.pdf>", "00000012-report.pdf"),
        ("report.pdf • \u200e2 pages \u200e<attached: 00000012-report.pdf>", "00000012-report.pdf"),
        ("a caption above\n\u200e<attached: 00000012-report.pdf>", "00000012-report.pdf"),
    ],
)
def test_a_file_is_recognised_by_its_shape_and_the_text_is_kept(text: str, name: str) -> None:
    (found,) = read(f"Ann: {text}")
    assert (found.attachment, found.attachment_state, found.text) == (name, "", text)


@pytest.mark.parametrize(
    "text",
    [
        "see report.pdf (final version)",
        "I like this (file attached)",
        "../../etc/passwd.txt (file attached)",
        "a < b: c.txt > d",
        "<note: see report.pdf>",
        "www.example.com (my site)",
        "<words of a language not listed>",
    ],
)
def test_what_a_person_typed_is_not_taken_for_a_file(text: str) -> None:
    (found,) = read(f"Ann: {text}")
    assert (found.attachment, found.attachment_state, found.flags, found.text) == (None, "", (), text)


def test_words_beside_the_apps_own_file_names_are_learned_for_the_other_files() -> None:
    unknown = "gehechtet"
    assert [
        one.attachment for one in read(f"Ann: plan.pdf ({unknown})", f"Ann: IMG-20240101-WA0001.jpg ({unknown})")
    ] == [
        "plan.pdf",
        "IMG-20240101-WA0001.jpg",
    ]
    assert [one.attachment for one in read(f"Ann: plan.pdf ({unknown})")] == [None]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("<Media omitted>", None),
        ("<media omitted>", None),
        ("\u200eimage omitted", None),
        ("<Multimedia omitido>", None),
        ("<Médias omis>", None),
        ("<Medien ausgeschlossen>\na caption", None),
        ("\u200eBild weggelassen", None),
        ("<Без медиафайлов>", None),
        ("report.pdf • \u200e2 pages \u200edocument omitted", "report.pdf"),
    ],
)
def test_left_out_media_are_a_state(text: str, name: str | None) -> None:
    (found,) = read(f"Ann: {text}")
    assert (found.attachment, found.attachment_state, found.text) == (name, "omitted", text)


@pytest.mark.parametrize(
    ("text", "flags", "by_exporter"),
    [
        ("This message was deleted", ("deleted by sender",), False),
        ("\u200eThis message was deleted.", ("deleted by sender",), False),
        ("You deleted this message", ("deleted by sender",), True),
        ("Se eliminó este mensaje.", ("deleted by sender",), False),
        ("Du hast diese Nachricht gelöscht.", ("deleted by sender",), True),
        ("This message was deleted, she said", (), False),
        ("This message was deleted by admin", ("deleted by administrator",), False),
        ("\u200eThis message was deleted by admin ~\u202fBolanle.", ("deleted by administrator",), False),
        ("\u200eYou deleted this message as admin.", ("deleted by administrator",), False),
        ("This message was deleted by administration", (), False),
        ("see you at six <This message was edited>", ("edited",), False),
        ("bis dann \u200e<Diese Nachricht wurde bearbeitet.>", ("edited",), False),
        ("POLL:\nWhere?\nOPTION: here (1 vote)\nOPTION: there (0 votes)", ("poll",), False),
        ("ABSTIMMUNG:\nWo?\n\u200eOPTION: hier (1 Stimme)", ("poll",), False),
        ("Location: https://maps.google.com/?q=51.5,-0.1", ("location",), False),
        ("Missed voice call", ("missed call",), False),
        ("\u200eMissed video call, \u200eTap to call back", ("missed call",), False),
        ("Missed voice calls annoy me", (), False),
        ("Ann Example.vcf (file attached)", ("contact card",), False),
        ("<View once voice message omitted>", ("view once",), False),
        ("\u200eMessages and calls are end-to-end encrypted.", ("system", "encryption notice"), False),
    ],
)
def test_the_apps_own_words_become_flags_only_where_certain(
    text: str, flags: tuple[str, ...], by_exporter: bool
) -> None:
    (found,) = read(f"Ann: {text}")
    assert (found.flags, found.by_exporter, found.text) == (flags, by_exporter, text)


def test_only_the_systems_own_you_tells_who_exported() -> None:
    found = read("You created group", "You were added", "Ann: You created a mess")
    assert [entry.by_exporter for entry in found] == [True, False, False]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("plan.txt \u200edocument omitted", "plan.txt"),
        ("\u200eplan.txt \u200eละเว้นเอกสาร", "plan.txt"),
        ("plan.pdf • \u200e2 trang \u200eđã bỏ qua tài liệu", "plan.pdf"),
        ("a caption\n\u200eimage omitted", None),
        ("a caption \u200evideo omitted", None),
        ("\u200eلم يتم إدراج الصورة", None),
        ("\u200eGIF-анімацію пропущено", None),
    ],
)
def test_media_left_out_behind_a_name_or_a_caption_are_a_state(text: str, name: str | None) -> None:
    (found,) = read(f"Ann: {text}")
    assert (found.attachment, found.attachment_state, found.text) == (name, "omitted", text)


@pytest.mark.parametrize(
    "text",
    [
        "\u200eThe Quay (Example Town, United Kingdom): https://maps.google.com/?q=51.5,-0.1",
        " 1 Example Street (Example Town): https://foursquare.com/v/0123456789abcdef",
        "The Quay\nExample Town\nlocation: https://maps.google.com/?q=51.5,-0.1",
    ],
)
def test_a_place_with_its_name_is_a_place(text: str) -> None:
    (found,) = read(f"Ann: {text}")
    assert (found.flags, found.text) == (("location",), text)


@pytest.mark.parametrize(
    ("text", "by_exporter"),
    [
        ("Це повідомлення було видалено.", False),
        ("यह मैसेज डिलीट कर दिया गया है", False),
        ("Tuto zprávu jste smazal/a.", True),
        ("\u200eคุณได้ลบข้อความนี้", True),
    ],
)
def test_deletions_are_told_in_more_languages(text: str, by_exporter: bool) -> None:
    (found,) = read(f"Ann: {text}")
    assert (found.flags, found.by_exporter) == (("deleted by sender",), by_exporter)


def test_the_encryption_notice_is_known_in_more_languages() -> None:
    for notice in ("Zprávy a hovory jsou opatřeny koncovým šifrováním.", "Pesan dan panggilan terenkripsi end-to-end."):
        (found,) = read(f"Ann: \u200e{notice}")
        assert found.flags == ("system", "encryption notice")
