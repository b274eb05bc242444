"""What X keeps on phones, on both systems."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from evidence_store.records import Contact, Message, Moment, Notification, Party, Present, Problem, Quoted, Search
from extractors.android.twitter import android_twitter
from extractors.ios.twitter import ios_twitter
from tests.evidence_builders.browsers import database, with_log
from tests.evidence_builders.files import MemoryFile
from tests.evidence_builders.ios_stores import hexed
from tests.extractors.broken import assert_no_row_is_lost, with_broken_values

PATH = "private/var/mobile/Containers/Data/Application/A/Library/Caches/databases/2/twitter.db"
ANDROID_PATH = "data/data/com.twitter.android/databases/900-41.db"
IOS = """
CREATE TABLE MyRetweets ('statusId' INTEGER PRIMARY KEY, 'myRetweetId' INTEGER);
CREATE TABLE Statuses ('id' INTEGER PRIMARY KEY, 'text' TEXT, 'date' REAL, 'userId' INTEGER,
 'inReplyToStatusId' INTEGER, 'retweetedStatusId' INTEGER, 'retweetCount' INTEGER, 'favoriteCount' INTEGER,
 'favorited' INTEGER, 'updatedAt' REAL, 'withheldScope' TEXT, 'withheldInCountries' TEXT, 'inReplyToUsername' TEXT,
 'possiblySensitive' INTEGER, 'lang' TEXT, 'quotedStatusId' INTEGER, 'source' TEXT);
CREATE TABLE Users ('id' INTEGER PRIMARY KEY, 'screenName' TEXT COLLATE NOCASE, 'profileImageUrl' TEXT, 'name' TEXT,
 'location' TEXT, 'description' TEXT, 'url' TEXT, 'protected' INTEGER, 'verified' INTEGER, 'following' INTEGER,
 'statusesCount' INTEGER, 'favoritesCount' INTEGER, 'followingCount' INTEGER, 'followersCount' INTEGER,
 'updatedAt' REAL, 'createdDate' REAL);
"""
ANDROID = """
CREATE TABLE users (_id INTEGER PRIMARY KEY,user_id INT UNIQUE NOT NULL,username TEXT,name TEXT,description TEXT,
 web_url TEXT,location TEXT,user_flags INT,followers INT,friends INT,statuses INT,profile_created INT,image_url TEXT,
 updated INT,friendship INT,favorites INT DEFAULT 0);
CREATE TABLE statuses (_id INTEGER PRIMARY KEY,status_id INT UNIQUE NOT NULL,author_id INT,content TEXT,source TEXT,
 created INT,in_r_user_id INT,in_r_status_id INT,favorited INT,latitude TEXT,longitude TEXT,retweet_count INT,
 r_content TEXT,flags INT,favorite_count INT,lang TEXT,quoted_tweet_id INT,retweeted INT);
CREATE TABLE search_queries (_id INTEGER PRIMARY KEY,type INT,name TEXT,query TEXT,query_id INT,time INT,
 latitude REAL,longitude REAL,location TEXT);
CREATE TABLE conversation_entries (_id INTEGER PRIMARY KEY,entry_id INT UNIQUE NOT NULL,conversation_id TEXT,
 user_id INT,created INT,entry_type INT,data BLOB,request_id TEXT);
CREATE TABLE notifications (_id INTEGER PRIMARY KEY,type INT,notif_id INT,source_user_name TEXT,s_name TEXT,s_id INT,
 notif_txt TEXT,aggregation_data TEXT);
"""
ANN = Party("annexample", "x", "Ann Example")
DATA = b"I\x1d\tTj\x05HelloII"
AT_US = 1_772_357_400_000_000
IOS_ROWS = """
INSERT INTO Users(id,screenName,name,description,following,createdDate,location) VALUES
 (200,'annexample','Ann Example','about me',1,1772357400.0,'Ambridge');
INSERT INTO Statuses(id,text,date,userId,favorited,updatedAt,lang) VALUES
 (1,'Hello',1772357400.0,200,1,1772357460.5,'en');
INSERT INTO Statuses(id,text,date,userId,inReplyToStatusId,inReplyToUsername) VALUES (2,'Hi',1772357400.0,77,1,'ann');
INSERT INTO MyRetweets VALUES (2,55);
"""
ANDROID_ROWS = f"""
INSERT INTO users(_id,user_id,username,name,profile_created,updated) VALUES
 (4,200,'annexample','Ann Example',-1,1772357400000);
INSERT INTO statuses(_id,status_id,author_id,content,r_content,created,favorited,latitude,longitude,
 in_r_status_id) VALUES
 (1,11,200,'see t.co/x','see example.org',1772357400000,1,'51.5','-0.1',9),(2,12,77,'x',NULL,1772357400000,0,'0','0',0);
INSERT INTO search_queries(_id,name,query,time) VALUES (3,'walks','walks',1772357400000);
INSERT INTO conversation_entries(_id,entry_id,conversation_id,user_id,created,data) VALUES
 (5,31,'200-900',200,1772357400000,{hexed(DATA)}),(6,32,'200-900',77,1772357400000,x'6aff41');
INSERT INTO notifications(_id,type,s_name,notif_txt) VALUES (7,5,'@ann','@ann follows you');
"""


def test_posts_and_profiles_of_ios_come_out_whole() -> None:
    posted = Moment("posted", AT_US, "1772357400.0", "A")
    assert list(ios_twitter(MemoryFile(PATH, database(IOS, IOS_ROWS)))) == [
        Present(2),
        Message(
            locator="Statuses:id=1",
            service="X",
            moments=(posted, Moment("stored", AT_US + 60_500_000, "1772357460.5", "A")),
            flags=("post", "favourite"),
            extra=(("lang", "en"),),
            sender=ANN,
            text="Hello",
            key="1",
        ),
        Message(
            locator="Statuses:id=2",
            service="X",
            moments=(posted,),
            flags=("post", "in the list of own reposts"),
            extra=(("myRetweetId", "55"),),
            sender=Party("77", "x"),
            text="Hi",
            key="2",
            quotes=Quoted("1", Party("ann", "x")),
        ),
        Present(1),
        Contact(
            locator="Users:id=200",
            service="X",
            moments=(Moment("account created", AT_US, "1772357400.0", "A"),),
            flags=("followed",),
            extra=(("id", 200), ("location", "Ambridge")),
            name="Ann Example",
            identifiers=(ANN,),
            text="Ann Example\nannexample\nabout me",
        ),
    ]


def test_what_android_keeps_comes_out_whole() -> None:
    def when(meaning: str) -> tuple[Moment, ...]:
        return (Moment(meaning, AT_US, "1772357400000", "A"),)

    plain: dict[str, Any] = {"service": "X"}
    assert list(android_twitter(MemoryFile(ANDROID_PATH, database(ANDROID, ANDROID_ROWS)))) == [
        Present(2),
        Message(
            locator="statuses:_id=1",
            **plain,
            moments=when("posted"),
            flags=("post", "favourite"),
            extra=(("r_content", "see example.org"),),
            sender=ANN,
            text="see t.co/x",
            key="11",
            quotes=Quoted("9"),
            lat=51.5,
            lon=-0.1,
        ),
        Message(
            locator="statuses:_id=2",
            **plain,
            moments=when("posted"),
            flags=("post",),
            sender=Party("77", "x"),
            text="x",
            key="12",
        ),
        Present(1),
        Contact(
            locator="users:_id=4",
            **plain,
            moments=when("stored"),
            extra=(("user_id", 200),),
            name="Ann Example",
            identifiers=(ANN,),
            text="Ann Example\nannexample",
        ),
        Present(1),
        Search(
            locator="search_queries:_id=3",
            **plain,
            moments=when("searched"),
            extra=(("name", "walks"),),
            text="walks",
        ),
        Present(2),
        Message(
            locator="conversation_entries:_id=5",
            **plain,
            moments=when("sent"),
            flags=("direct message", "text found in data whose layout is not published"),
            conversation="200-900",
            sender=ANN,
            text="Hello",
            key="31",
        ),
        Message(
            locator="conversation_entries:_id=6",
            **plain,
            moments=when("sent"),
            flags=("direct message",),
            conversation="200-900",
            sender=Party("77", "x"),
            key="32",
        ),
        Present(1),
        Notification(
            locator="notifications:_id=7",
            **plain,
            extra=(("type", 5),),
            app="com.twitter.android",
            title="@ann",
            text="@ann follows you",
        ),
    ]


def test_a_post_of_the_write_ahead_log_comes_out() -> None:
    data, log = with_log(database(IOS), "INSERT INTO Statuses(id,text,date) VALUES (1,'x',5.0),(2,'x',5.0)")
    found = list(ios_twitter(MemoryFile(PATH, data, {"-wal": log})))
    assert [(one.key, one.text) for one in found if isinstance(one, Message)] == [("1", "x"), ("2", "x")]


@pytest.mark.parametrize("table", ["Statuses", "Users"])
def test_a_broken_value_costs_no_row_of_ios(table: str) -> None:
    assert_no_row_is_lost(ios_twitter, PATH, database(IOS, IOS_ROWS), table, "id")
    broken, _ = with_broken_values(database(IOS, IOS_ROWS), "MyRetweets", "statusId")
    assert sum(isinstance(one, Message) for one in ios_twitter(MemoryFile(PATH, broken))) == 2


@pytest.mark.parametrize("table", ["statuses", "users", "search_queries", "conversation_entries", "notifications"])
def test_a_broken_value_costs_no_row_of_android(table: str) -> None:
    data = database(ANDROID.replace(" UNIQUE NOT NULL", ""), ANDROID_ROWS)
    assert_no_row_is_lost(android_twitter, ANDROID_PATH, data, table, "_id")


def test_other_databases_of_the_name_are_left_alone() -> None:
    ios, android = database(IOS, IOS_ROWS), database(ANDROID, ANDROID_ROWS)
    assert list(ios_twitter(MemoryFile("twitter.db", android))) == []
    assert list(android_twitter(MemoryFile("twitter.db", ios))) == []
    other = database("CREATE TABLE statuses(x); CREATE TABLE users(x)")
    assert list(android_twitter(MemoryFile("twitter.db", other))) == []
    words = "table statuses has no column _id, author_id, content, status_id; "
    words += "table users has no column user_id, username"
    assert list(android_twitter(MemoryFile(ANDROID_PATH, other))) == [Problem("schema", "unknown-layout", words)]


def test_the_direct_message_of_a_real_phone_has_the_words_of_its_notice(corpus: Path) -> None:
    found = list(android_twitter(MemoryFile("twitter.db", (corpus / "plaso/android/twitter.db").read_bytes())))
    (entry,) = [one for one in found if isinstance(one, Message) and "direct message" in one.flags]
    notice = next(one for one in found if isinstance(one, Notification))
    start, end = "Hey! Thnx for the follow. See ", " for events in Germany. Looking forward to some interaction!"
    assert (entry.text, notice.text) == (f"{start}https://t.co/syj7UmxniM{end}", f"{start}sans.org/de{end}")
    assert entry.sender == Party("ManuelS_SANS", "x", "Manuel Schoenthaler")
