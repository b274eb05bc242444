"""What the corpus has for the extractors of the room "exports"."""

from __future__ import annotations

from tests.extractors.truths import Truth

# Points of all kinds, as the index counts them.
GPX_POINTS = {
    "Mojstrovka.gpx": 184,
    "around-visnjan-with-car.gpx": 104,
    "cerknicko-jezero-no-creator.gpx": 303,
    "cerknicko-jezero-with-elevations-zero.gpx": 303,
    "cerknicko-jezero-without-elevations.gpx": 303,
    "cerknicko-jezero.gpx": 303,
    "cerknicko-without-times.gpx": 303,
    "custom_schema_locations.gpx": 0,
    "default_schema_locations.gpx": 0,
    "first_and_last_elevation.gpx": 10,
    "gpx-with-node-with-comments.gpx": 1,
    "gpx1.0_with_all_fields.gpx": 8,
    "gpx1.1_with_all_fields.gpx": 8,
    "gpx1.1_with_extensions.gpx": 1,
    "gpx1.1_with_extensions_without_namespaces.gpx": 1,
    "gpx_with_garmin_extension.gpx": 1,
    "route.gpx": 55,
    "track-with-empty-segment.gpx": 9,
    "track-with-extremes.gpx": 25,
    "track-with-less-sec-time.gpx": 2,
    "track-with-small-floats.gpx": 3,
    "track_with_dilution_errors.gpx": 3,
    "track_with_speed.gpx": 3,
}
TAKEOUT = "google-takeout/dogsheep/Takeout"
TRUTHS: tuple[Truth, ...] = (
    Truth(
        "telegram.export_json",
        "chat-analytics/telegram/DM_2A_7M.json",
        {"message": 7, "call": 1},
        of="corpus index: 6 messages, 2 service entries, of which one is a call",
    ),
    Truth("telegram.export_json", "chat-miner/telegram/test_single_export.json", {"message": 2}, of="its target.json"),
    Truth("telegram.export_json", "chat-miner/telegram/test_batch_export.json", {"message": 2}, of="its target.json"),
    Truth("messenger.export", "chat-analytics/messenger/2A_7M.json", {"message": 7}, of="corpus index"),
    Truth("instagram.export", "chat-miner/instagram/test_export.json", {"message": 2}, of="its target.json"),
    Truth(
        "signal.frames",
        "libsignal/canonical-backup.binproto",
        {"account": 1, "contact": 3},
        of="its expected JSON: account, self, distribution list, call link; the channel of news is none of somebody",
    ),
    Truth(
        "signal.frames",
        "libsignal/canonical-backup.takeout-export.expected.jsonl",
        {"account": 1, "contact": 3},
        of="the same backup as JSON",
    ),
    Truth(
        "google.locations",
        f"{TAKEOUT}/Location History/Location History.json",
        {"location": 2},
        of="index",
    ),
    Truth(
        "google.activity",
        f"{TAKEOUT}/My Activity/Google Play Books/My Activity.json",
        {"web_visit": 1},
    ),
    Truth(
        "google.activity",
        f"{TAKEOUT}/My Activity/Maps/My Activity.json",
        {"web_visit": 1, "search": 1},
    ),
    Truth(
        "google.activity",
        f"{TAKEOUT}/My Activity/Search/My Activity.json",
        {"web_visit": 1, "search": 1},
    ),
    Truth("calendar.ics", "tika/testICalendar.ics", {"calendar_event": 1}),
    Truth("calendar.ics", "exiftool/images/VCard.ics", {"calendar_event": 2}),
    Truth(
        "discord.chat_exporter",
        "chat-analytics/discord/DM_2A_2M.json",
        {"message": 2, "call": 1},
        of="corpus index: 3 entries",
    ),
    Truth(
        "discord.chat_exporter",
        "chat-analytics/discord/GC_3A_5M.json",
        {"message": 5, "call": 1, "group": 1},
        of="corpus index: 6 entries, though the file states 5",
    ),
    *(
        Truth("location.gpx", f"gpxpy/{name}", {"location": points} if points else {}, of="index")
        for name, points in GPX_POINTS.items()
    ),
    Truth("location.gpx", "exiftool/images/Geotag.gpx", {"location": 9}, of="index"),
    Truth("location.kml", "exiftool/images/Geotag.kml", {"location": 3}, of="counted with grep"),
    Truth("signal.export_text", "chat-miner/signal/test_export.txt", {"message": 2}, of="its target.json"),
)
