"""One item as a page: what was recorded, every moment, attachments, where it comes from. Evidence is always escaped."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from typing import Any, Final

from app.gui import wording
from app.gui.models.item_detail import ItemDetail
from app.item_content import content
from evidence_store.records import CLOCKS

_MOST_TEXT: Final = 20_000
_SHOWN_ELSEWHERE: Final = frozenset(
    {"kind", "locator", "service", "moments", "attachments", "text", "sender", "recipients", "identifiers", "flags"}
    | {"conversation", "direction", "title", "deleted", "extra", "columns", "members", "quotes", "reactions"}
    | {"cc", "bcc"}
)


def page(found: ItemDetail) -> str:
    """The whole page as the HTML subset that Qt shows."""
    detail = found.detail
    parts = [
        f"<h3>{_text(detail.number)} · {_text(wording.kind(detail.kind))}</h3>",
        _facts(found),
        _said(content(detail)),
        _moments(detail.moments),
        _attachments(detail.attachments),
        _fields(detail.record),
        _provenance(found),
        _notes(found.notes),
    ]
    return "".join(part for part in parts if part)


def _text(words: Any) -> str:
    return escape(wording.visible(str(words)))


def _table(rows: Iterable[tuple[str, str]]) -> str:
    """(name, HTML) lines."""
    lines = [f"<tr><td><b>{escape(name)}</b>&nbsp;</td><td>{value}</td></tr>" for name, value in rows if value]
    return f"<table cellspacing='0' cellpadding='2'>{''.join(lines)}</table>" if lines else ""


def _facts(found: ItemDetail) -> str:
    detail, record = found.detail, found.detail.record
    marks = [*(["DELETED"] if detail.deleted else []), *record.get("flags", [])]
    rows = [
        ("Service", _text(detail.service)),
        ("Direction", _text(wording.DIRECTION_WORDS.get(detail.direction or "", ""))),
        ("From", _text(wording.party(record["sender"])) if "sender" in record else ""),
        ("To", "<br>".join(_text(wording.party(one)) for one in record.get("recipients", [])[:200])),
        ("Copies to", "<br>".join(_text(wording.party(one)) for one in _copies(record)[:200])),
        ("Identifiers", "<br>".join(_text(wording.party(one)) for one in record.get("identifiers", [])[:200])),
        ("Conversation", _text((detail.conversation and (record.get("title") or detail.conversation)) or "")),
        ("Marks", _text(", ".join(marks))),
        ("Tags", _text(", ".join(detail.tags))),
    ]
    return _table(rows)


def _copies(record: dict[str, Any]) -> list[dict[str, Any]]:
    return [*record.get("cc", []), *record.get("bcc", [])]


def _said(text: str | None) -> str:
    if not text:
        return ""
    shown = _text(text[:_MOST_TEXT]).replace("\n", "<br>")
    more = (
        f"<br><i>… {len(text) - _MOST_TEXT:,} more characters: see the raw record</i>" if len(text) > _MOST_TEXT else ""
    )
    return f"<h4>Content</h4><p dir='auto'>{shown}{more}</p>"


def _moments(moments: Sequence[dict[str, Any]]) -> str:
    if not moments:
        return "<h4>Times</h4><p>No time is recorded.</p>"
    rows = []
    for moment in moments:
        utc_us, clock, note = moment["utc_us"], moment["clock"], moment.get("note", "")
        lines = ["<b>time not known in UTC</b>"]
        if utc_us is not None:
            lines = [f"<b>{_text(wording.local_with_offset(utc_us))}</b>", f"UTC: {_text(wording.utc(utc_us))}"]
        lines += [
            f"As recorded: {_text(moment['raw'][:300])}",
            f"Clock {clock}: {_text(CLOCKS[clock])}",
            f"Zone: {_text(moment['zone'])}" if moment.get("zone") else "",
            f"Note: {_text(note)}" if note else "",
        ]
        rows.append((str(moment["meaning"]), "<br>".join(line for line in lines if line)))
    return "<h4>Times</h4>" + _table(rows)


def _attachments(attachments: list[dict[str, Any]]) -> str:
    rows = []
    for found in attachments:
        missing = found["state"] not in ("present", "embedded")
        state = _text(wording.attachment_state(found["state"]))
        lines = [
            f"<b>{state}</b>" if missing else state,
            _text(f"{found['mime'] or 'type not known'}, {wording.size(found['size'])}"),
            f"Path: {_text(found['path'])}" if found["path"] else "",
            f"SHA-256: {_text(found['sha256'])}" if found["sha256"] else "",
        ]
        rows.append((wording.visible(found["name"]), "<br>".join(line for line in lines if line)))
    return "<h4>Attachments</h4>" + _table(rows) if rows else ""


def _fields(record: dict[str, Any]) -> str:
    """The fields of its kind, and what the extractor kept besides."""
    named = [(name.replace("_", " "), value) for name, value in record.items() if name not in _SHOWN_ELSEWHERE]
    extra = [(str(name), value) for name, value in record.get("extra", [])]
    rows = _table((name, _text(str(value)[:1000])) for name, value in [*named, *extra])
    return f"<h4>Further fields</h4>{rows}" if rows else ""


def _provenance(found: ItemDetail) -> str:
    detail = found.detail
    rows = [
        ("Source", _text(detail.source)),
        ("File", _text(detail.file)),
        ("File SHA-256", _text(detail.file_sha256 or "not read")),
        ("Place in the file", _text(detail.record.get("locator", ""))),
        ("Read by", _text(detail.extractor)),
        ("Record SHA-256", _text(detail.sha256)),
    ]
    return "<h4>Where it comes from</h4>" + _table(rows)


def _notes(notes: list[tuple[int, str, str]]) -> str:
    lines = [
        f"<p><b>{_text(actor)}, {_text(wording.local(at_us))}</b><br>{_text(words).replace(chr(10), '<br>')}</p>"
        for at_us, actor, words in notes
    ]
    return "<h4>Notes (reviewer's words, not evidence)</h4>" + "".join(lines) if lines else ""
