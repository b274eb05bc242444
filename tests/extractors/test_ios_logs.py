"""Rows that stand only in the write-ahead log come out, and equal ones come out twice, of every store of iOS."""

from __future__ import annotations

import pytest

from evidence_store.records import Present, Record
from extractors.base import Extractor
from extractors.ios.accounts import accounts
from extractors.ios.apps import app_states
from extractors.ios.bluetooth import bluetooth
from extractors.ios.data_usage import data_usage
from extractors.ios.gmail import gmail
from extractors.ios.knowledge import knowledge
from extractors.ios.notes_older import notes_older
from extractors.ios.permissions import permissions
from extractors.ios.places import places
from extractors.ios.screen_time import screen_time
from extractors.ios.web_traces import url_cache
from tests.evidence_builders import ios_stores as stores
from tests.evidence_builders.browsers import database, with_log
from tests.evidence_builders.files import MemoryFile

# Extractor, schema, and a row of a table of its own with its key left open.
STORES = (
    (accounts, stores.ACCOUNTS, "INSERT INTO ZACCOUNT(Z_PK,ZUSERNAME) VALUES({},'ann');"),
    (app_states, stores.APP_STATES, "INSERT INTO application_identifier_tab(id) VALUES({});"),
    (bluetooth, stores.BLUETOOTH, "INSERT INTO PairedDevices(rowid,Name) VALUES({},'Car');"),
    (data_usage, stores.DATA_USAGE, "INSERT INTO ZLIVEUSAGE(Z_PK,ZWIFIIN) VALUES({},5);"),
    (gmail, stores.GMAIL, "INSERT INTO offline_search_content(id,c7) VALUES({},'Hello');"),
    (knowledge, stores.KNOWLEDGE, "INSERT INTO ZOBJECT(Z_PK,ZSTREAMNAME) VALUES({},'/app/usage');"),
    (notes_older, stores.NOTES_OLDER, "INSERT INTO ZNOTE(Z_PK,ZTITLE) VALUES({},'Shops');"),
    (permissions, stores.TCC_OLDER, "INSERT INTO access(rowid,service,client,client_type,allowed,prompt_count) "
     "VALUES({0},'kTCCServiceCamera','a',{0},1,1);"),
    (places, stores.ROUTINE, "INSERT INTO ZRTCLLOCATIONMO(Z_PK,ZLATITUDE,ZLONGITUDE) VALUES({},51.5,-0.125);"),
    (screen_time, stores.SCREEN_TIME, "INSERT INTO ZUSAGETIMEDITEM(Z_PK,ZDOMAIN) VALUES({},'example.org');"),
    (url_cache, stores.URL_CACHE, "INSERT INTO cfurl_cache_response(entry_ID,time_stamp) VALUES({},'soon');"),
)  # fmt: skip


@pytest.mark.parametrize(("extractor", "schema", "row"), STORES, ids=lambda one: getattr(one, "id", None))
def test_rows_of_the_log_come_out_and_twins_twice(extractor: Extractor, schema: str, row: str) -> None:
    data, log = with_log(database(schema, row.format(1)), row.format(2) + row.format(3))
    found = list(extractor(MemoryFile("any.db", data, {"-wal": log})))
    records = [one for one in found if isinstance(one, Record)]
    assert [one.locator.rpartition("=")[2] for one in records] == ["1", "2", "3"]
    assert sum(one.rows for one in found if isinstance(one, Present)) == 3
