"""A copy that a computer made of a file ("packages (1).xml") is read as the file itself."""

from __future__ import annotations

import struct
import zlib

import pytest

from evidence_store.records import Problem
from extractors.android.app_usage import app_usage
from extractors.android.calls import calls
from extractors.android.notifications import notifications
from extractors.android.packages import packages
from extractors.android.sms_backup import sms_backup
from extractors.android.wifi import wifi
from extractors.base import Extractor
from extractors.web.samsung import samsung
from tests.evidence_builders.android import CONTACTS
from tests.evidence_builders.browsers import database
from tests.evidence_builders.files import MemoryFile

PACKAGES = b'<packages><package name="com.example.app" codePath="/data/app/a" it="18a0f1b5f48"/></packages>'
LIST = b"com.example.app 10245 0 /data/user/0/com.example.app default:targetSdkVersion=33 none\n"
HOTSPOT = struct.pack(">iH", 2, 5) + b"Anna!"
LOG = """CREATE TABLE log(_id INTEGER PRIMARY KEY AUTOINCREMENT, event_user_id INT, event_type INT, event_time_ms INT,
 when_ms INT, pkg TEXT); INSERT INTO log VALUES(1,0,1,1349200000000,0,'com.example.app');"""
MMS = zlib.compress(b'[{"msg_box":"1","date":"1349200000","m_type":"132","mms_body":"Hello","mms_addresses":[]}]')
HISTORY = (
    b'<usage-history version="1"><pkg name="com.example"><comp name="A" lrt="1349200000000"/></pkg></usage-history>'
)
USAGE = (
    b'<usagestats version="1" endTime="5"><event-log><event package="a" time="3" type="1"/></event-log></usagestats>'
)
SECRET = """CREATE TABLE BOOKMARKS(_ID INTEGER PRIMARY KEY, URL TEXT, TITLE TEXT, FOLDER INTEGER, PARENT INTEGER);
 INSERT INTO BOOKMARKS VALUES(1,'https://www.example.org/','Kept',0,0);"""


@pytest.mark.parametrize(
    ("extractor", "name", "copy", "data"),
    [
        (packages, "packages.xml", "packages (1).xml", PACKAGES),
        (packages, "packages.list", "packages - Copy.list", LIST),
        (wifi, "softap.conf", "softap (2).conf", HOTSPOT),
        (notifications, "notification_log.db", "notification_log 2.db", database(LOG)),
        (sms_backup, "000000_mms_backup", "000000_mms_backup (1)", MMS),
        (app_usage, "usage-history.xml", "usage-history copy.xml", HISTORY),
        (app_usage, "usagestats/0/daily/1349200000000", "usagestats/0/daily/1349200000000 (1)", USAGE),
        (samsung, "SBrowser2.db", "SBrowser2 (1).db", database(SECRET)),
        (calls, "contacts2.db", "contacts2 (1).db", database(CONTACTS)),
    ],
)
def test_a_copy_is_read_as_the_file_itself(extractor: Extractor, name: str, copy: str, data: bytes) -> None:
    found = list(extractor(MemoryFile(f"ann/{name}", data)))
    assert list(extractor(MemoryFile(f"ann/{copy}", data))) == found
    assert not [one for one in found if isinstance(one, Problem) and one.kind == "schema"]
    assert found or extractor is calls
