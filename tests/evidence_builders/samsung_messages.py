"""A message_content.db of Samsung's messages application, in its own layout."""

from __future__ import annotations

SCHEMA = """
CREATE TABLE conversations(_id INTEGER PRIMARY KEY AUTOINCREMENT,smsmms_thread_id INTEGER,im_thread_id INTEGER,
 sort_timestamp INTEGER NOT NULL,created_timestamp INTEGER NOT NULL DEFAULT 0,snippet TEXT,unread_count INTEGER,
 information_message_count INTEGER,conversation_type INTEGER DEFAULT 0,name TEXT,latest_message_id INTEGER,
 is_mute INTEGER NOT NULL DEFAULT 0,is_to_be_deleted INTEGER NOT NULL DEFAULT 0,bin_status INTEGER DEFAULT 0,
 group_nick_name TEXT,group_remark TEXT,group_leader TEXT,from_address TEXT,groupchat_inviter_address TEXT);
CREATE TABLE recipients(_id INTEGER PRIMARY KEY AUTOINCREMENT,address TEXT,normalized_address TEXT,
 cache_id INTEGER NOT NULL DEFAULT 0,cache_name TEXT,cache_type INTEGER NOT NULL DEFAULT 0,
 cache_updated_time INTEGER NOT NULL DEFAULT 0,alias TEXT,is_restricted INTEGER NOT NULL DEFAULT 0);
CREATE TABLE conversation_recipients(_id INTEGER PRIMARY KEY AUTOINCREMENT,conversation_id INTEGER,
 recipient_id INTEGER);
CREATE TABLE messages(_id INTEGER PRIMARY KEY AUTOINCREMENT,conversation_id INTEGER DEFAULT 0,
 message_type INTEGER NOT NULL,recipients TEXT,message_box_type INTEGER NOT NULL,message_status INTEGER NOT NULL,
 subject TEXT,created_timestamp INTEGER DEFAULT 0,sent_timestamp INTEGER DEFAULT 0,
 scheduled_timestamp INTEGER DEFAULT 0,remote_message_uri TEXT,message_size INTEGER DEFAULT 0,is_read INTEGER DEFAULT 0,
 is_seen INTEGER DEFAULT 0,is_locked INTEGER DEFAULT 0,error_code INTEGER DEFAULT -1,is_hidden INTEGER DEFAULT 0,
 is_spam INTEGER DEFAULT 0,delivered_timestamp INTEGER DEFAULT 0,information_message_type INTEGER,session_id TEXT,
 imdn_message_id TEXT,sim_slot INTEGER,sim_imsi TEXT,user_alias TEXT,device_name TEXT,creator TEXT,
 updated_timestamp INTEGER DEFAULT 0,is_bin INTEGER DEFAULT 0,bin_timestamp INTEGER DEFAULT 0,
 is_favorite INTEGER DEFAULT 0,reply_original_body TEXT,reply_original_key TEXT,reply_body TEXT,re_type INTEGER,
 re_body TEXT,re_original_body TEXT,re_original_key TEXT);
CREATE TABLE parts(_id INTEGER PRIMARY KEY AUTOINCREMENT,conversation_id INTEGER,message_id INTEGER,text TEXT,
 content_uri TEXT,content_type TEXT,thumbnail_uri TEXT,file_name TEXT,sticker_id TEXT,size INTEGER,
 bytes_transferred INTEGER,width INTEGER,height INTEGER,orientation INTEGER,webpreview_title TEXT,
 webpreview_image TEXT,webpreview_description TEXT,webpreview_url TEXT,webpreview_status INTEGER DEFAULT 0,_data TEXT);
"""
PEOPLE = """
INSERT INTO recipients(_id,address,normalized_address,cache_name) VALUES
 (1,'07700 900123','+447700900123','Robin Example'),(2,'+447700900124','+447700900124',NULL);
INSERT INTO conversations(_id,smsmms_thread_id,sort_timestamp,conversation_type) VALUES(7,3,1677670000000,1);
INSERT INTO conversations(_id,im_thread_id,sort_timestamp,conversation_type,name)
 VALUES(8,9,1677680000000,2,'Allotment');
INSERT INTO conversation_recipients(conversation_id,recipient_id) VALUES(7,1),(8,1),(8,2),(8,44);
"""
MESSAGES = """
INSERT INTO messages(_id,conversation_id,message_type,recipients,message_box_type,message_status,created_timestamp,
 sent_timestamp,remote_message_uri,is_read) VALUES
 (1,7,10,'+447700900123',100,1205,1677670000123,1677669999000,'content://sms/11',0);
INSERT INTO messages(_id,conversation_id,message_type,recipients,message_box_type,message_status,created_timestamp,
 is_read,is_bin,bin_timestamp) VALUES(2,7,10,'+447700900123',102,1102,1677670060000,1,1,1677690000000);
INSERT INTO messages(_id,conversation_id,message_type,recipients,message_box_type,message_status,created_timestamp,
 is_read,imdn_message_id,session_id,reply_original_body,reply_original_key)
 VALUES(3,8,13,'+447700900124',100,1205,1677680000000,1,'Mx1','S1','Who has the key?','Mx0');
INSERT INTO messages(_id,conversation_id,message_type,message_box_type,message_status,created_timestamp,is_read)
 VALUES(4,8,14,102,1305,1677680100000,1);
INSERT INTO messages(_id,conversation_id,message_type,message_box_type,message_status,created_timestamp,is_read,
 information_message_type) VALUES(5,8,15,100,0,1677680200000,1,4);
INSERT INTO parts(_id,message_id,text,content_type) VALUES
 (1,1,'See you on Thursday','text/plain'),(2,2,'ok','text/plain'),(3,3,'I have it','text/plain');
INSERT INTO parts(_id,message_id,content_type,file_name,size,_data) VALUES
 (4,4,'image/jpeg','IMG_1.jpg',90000,'/storage/emulated/0/Pictures/Messages/IMG_1.jpg');
INSERT INTO parts(_id,message_id,text,content_type) VALUES(5,99,'left behind','text/plain');
"""
