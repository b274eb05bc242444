"""The messages of a Signal backup of version 2, as far as they are read: number, name and type of each field.

Types: u a number, s text, x bytes (base64 in JSON), b yes or no, the name of a message, or the names of an enumeration
from 0 on with "|" between them. A "*" stands before what may come several times. A line that begins with a space goes
on with the message above it. Keys and tokens are among what is not read.

References:
- libsignal (public source): rust/message-backup/src/proto/backup.proto
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple


class FieldType(NamedTuple):
    """`kind` is "u", "s", "x", "b", the name of a message, or "" for an enumeration of `names`."""

    name: str
    kind: str
    many: bool
    names: tuple[str, ...] = ()


_MESSAGES: Final = """
BackupInfo: 1 version u; 2 backupTimeMs u; 4 currentAppVersion s; 5 firstAppVersion s
Frame: 1 account Account; 2 recipient Recipient; 3 chat Chat; 4 chatItem ChatItem; 5 stickerPack Nothing;
    6 adHocCall AdHocCall; 7 notificationProfile Nothing; 8 chatFolder Nothing
Nothing:
Account: 2 username s; 4 givenName s; 5 familyName s
Recipient: 1 id u; 2 contact Contact; 3 group Group; 4 distributionList DistributionItem; 5 self Nothing;
    6 releaseNotes Nothing; 7 callLink CallLink
Contact: 1 aci x; 2 pni x; 3 username s; 4 e164 u; 5 blocked b; 6 visibility VISIBLE|HIDDEN|HIDDEN_MESSAGE_REQUEST;
    8 notRegistered NotRegistered; 11 profileGivenName s; 12 profileFamilyName s;
    15 identityState DEFAULT|VERIFIED|UNVERIFIED; 16 nickname Name; 17 note s; 18 systemGivenName s;
    19 systemFamilyName s; 20 systemNickname s
NotRegistered: 1 unregisteredTimestamp u
Name: 1 given s; 2 family s
Group: 2 whitelisted b; 5 snapshot Snapshot; 6 blocked b
Snapshot: 2 title Blob; 11 description Blob; 6 version u; 7 members *Member; 8 membersPendingProfileKey *Pending;
    9 membersPendingAdminApproval *Asking; 13 membersBanned *Banned
Blob: 1 title s; 3 disappearingMessagesDuration u; 4 descriptionText s
Member: 1 userId x; 2 role UNKNOWN|DEFAULT|ADMINISTRATOR; 5 joinedAtVersion u
Pending: 1 member Member; 2 addedByUserId x; 3 timestamp u
Asking: 1 userId x; 4 timestamp u
Banned: 1 userId x; 2 timestamp u
DistributionItem: 1 distributionId x; 2 deletionTimestamp u; 3 distributionList DistributionList
DistributionList: 1 name s; 2 allowReplies b; 3 privacyMode UNKNOWN|ONLY_WITH|ALL_EXCEPT|ALL; 4 memberRecipientIds *u
CallLink: 3 name s; 4 restrictions UNKNOWN|NONE|ADMIN_APPROVAL; 5 expirationMs u
Chat: 1 id u; 2 recipientId u; 3 archived b; 4 pinnedOrder u; 5 expirationTimerMs u; 6 muteUntilMs u; 7 markedUnread b
AdHocCall: 1 callId u; 2 recipientId u; 3 state UNKNOWN_STATE|GENERIC; 4 callTimestamp u
ChatItem: 1 chatId u; 2 authorId u; 3 dateSent u; 4 expireStartDate u; 5 expiresInMs u; 6 revisions *ChatItem;
    7 sms b; 8 incoming Incoming; 9 outgoing Outgoing; 10 directionless Nothing; 11 standardMessage Standard;
    12 contactMessage ContactMessage; 13 stickerMessage StickerMessage; 14 remoteDeletedMessage Nothing;
    15 updateMessage Update; 16 paymentNotification Payment; 17 giftBadge Gift; 18 viewOnceMessage ViewOnce;
    19 directStoryReplyMessage StoryReply; 20 poll Poll; 21 adminDeletedMessage AdminDeleted
AdminDeleted: 1 adminId u
Incoming: 1 dateReceived u; 2 dateServerSent u; 3 read b; 4 sealedSender b
Outgoing: 1 sendStatus *SendStatus; 2 dateReceived u
SendStatus: 1 recipientId u; 2 timestamp u; 3 pending Nothing; 4 sent Nothing; 5 delivered Nothing; 6 read Nothing;
    7 viewed Nothing; 8 skipped Nothing; 9 failed Failed
Failed: 1 reason UNKNOWN|NETWORK|IDENTITY_KEY_MISMATCH
Text: 1 body s; 2 bodyRanges *Range
Range: 1 start u; 2 length u; 3 mentionAci x
Standard: 1 quote Quote; 2 text Text; 3 attachments *Attached; 4 linkPreview *Link; 5 longText Pointer;
    6 reactions *Reaction
ContactMessage: 1 contact Card; 2 reactions *Reaction
Card: 1 name CardName; 3 number *CardValue; 4 email *CardValue; 7 organization s
CardName: 1 givenName s; 2 familyName s; 3 prefix s; 4 suffix s; 5 middleName s; 6 nickname s
CardValue: 1 value s; 3 label s
StickerMessage: 1 sticker Sticker; 2 reactions *Reaction
Sticker: 3 stickerId u; 4 emoji s; 5 data Pointer
StoryReply: 1 textReply TextReply; 2 emoji s; 3 reactions *Reaction
TextReply: 1 text Text; 2 longText Pointer
Payment: 1 amountMob s; 2 feeMob s; 3 note s
Gift: 2 state UNOPENED|OPENED|REDEEMED|FAILED
ViewOnce: 1 attachment Attached; 2 reactions *Reaction
Poll: 1 question s; 2 allowMultiple b; 3 options *PollOption; 4 hasEnded b; 5 reactions *Reaction
PollOption: 1 option s; 2 votes *PollVote
PollVote: 1 voterId u; 2 voteCount u
Link: 1 url s; 2 title s; 4 description s; 5 date u
Attached: 1 pointer Pointer; 2 flag NONE|VOICE_MESSAGE|BORDERLESS|GIF; 3 wasDownloaded b
Pointer: 4 contentType s; 7 fileName s; 8 width u; 9 height u; 10 caption s; 13 locatorInfo Locator
Locator: 10 plaintextHash x; 3 size u
Quote: 1 targetSentTimestamp u; 2 authorId u; 3 text Text; 5 type UNKNOWN|NORMAL|GIFT_BADGE|VIEW_ONCE|POLL
Reaction: 1 emoji s; 2 authorId u; 3 sentTimestamp u; 4 sortOrder u
Update: 1 simpleUpdate Simple; 2 groupChange GroupChange; 3 expirationTimerChange Expiration;
    4 profileChange ProfileChange; 5 threadMerge ThreadMerge; 6 sessionSwitchover Switchover;
    7 individualCall IndividualCall; 8 groupCall GroupCall; 9 learnedProfileChange Learned; 10 pollTerminate PollEnd
Simple:
    1 type UNKNOWN|JOINED_SIGNAL|IDENTITY_UPDATE|IDENTITY_VERIFIED|IDENTITY_DEFAULT|CHANGE_NUMBER|
    RELEASE_CHANNEL_DONATION_REQUEST|END_SESSION|CHAT_SESSION_REFRESH|BAD_DECRYPT|PAYMENTS_ACTIVATED|
    PAYMENT_ACTIVATION_REQUEST|UNSUPPORTED_PROTOCOL_MESSAGE|REPORTED_SPAM|BLOCKED|UNBLOCKED|MESSAGE_REQUEST_ACCEPTED
Expiration: 1 expiresInMs u
ProfileChange: 1 previousName s; 2 newName s
ThreadMerge: 1 previousE164 u
Switchover: 1 e164 u
Learned: 1 e164 u; 2 username s
PollEnd: 1 targetSentTimestamp u; 2 question s
IndividualCall: 1 callId u; 2 type UNKNOWN_TYPE|AUDIO_CALL|VIDEO_CALL;
    3 direction UNKNOWN_DIRECTION|INCOMING|OUTGOING;
    4 state UNKNOWN_STATE|ACCEPTED|NOT_ACCEPTED|MISSED|MISSED_NOTIFICATION_PROFILE; 5 startedCallTimestamp u; 6 read b
GroupCall: 1 callId u;
    2 state UNKNOWN_STATE|GENERIC|JOINED|RINGING|ACCEPTED|DECLINED|MISSED|MISSED_NOTIFICATION_PROFILE|OUTGOING_RING;
    3 ringerRecipientId u; 4 startedCallRecipientId u; 5 startedCallTimestamp u; 6 endedCallTimestamp u; 7 read b
GroupChange: 1 updates *GroupUpdate
GroupUpdate: 1 genericGroupUpdate generic; 2 groupCreationUpdate groupCreation; 3 groupNameUpdate groupName;
    4 groupAvatarUpdate groupAvatar; 5 groupDescriptionUpdate groupDescription;
    6 groupMembershipAccessLevelChangeUpdate groupMembershipAccessLevelChange;
    7 groupAttributesAccessLevelChangeUpdate groupAttributesAccessLevelChange;
    8 groupAnnouncementOnlyChangeUpdate groupAnnouncementOnlyChange; 9 groupAdminStatusUpdate groupAdminStatus;
    10 groupMemberLeftUpdate groupMemberLeft; 11 groupMemberRemovedUpdate groupMemberRemoved;
    12 selfInvitedToGroupUpdate selfInvitedToGroup; 13 selfInvitedOtherUserToGroupUpdate selfInvitedOtherUserToGroup;
    14 groupUnknownInviteeUpdate groupUnknownInvitee; 15 groupInvitationAcceptedUpdate groupInvitationAccepted;
    16 groupInvitationDeclinedUpdate groupInvitationDeclined; 17 groupMemberJoinedUpdate groupMemberJoined;
    18 groupMemberAddedUpdate groupMemberAdded; 19 groupSelfInvitationRevokedUpdate groupSelfInvitationRevoked;
    20 groupInvitationRevokedUpdate groupInvitationRevoked; 21 groupJoinRequestUpdate groupJoinRequest;
    22 groupJoinRequestApprovalUpdate groupJoinRequestApproval;
    23 groupJoinRequestCanceledUpdate groupJoinRequestCanceled; 24 groupInviteLinkResetUpdate groupInviteLinkReset;
    25 groupInviteLinkEnabledUpdate groupInviteLinkEnabled;
    26 groupInviteLinkAdminApprovalUpdate groupInviteLinkAdminApproval;
    27 groupInviteLinkDisabledUpdate groupInviteLinkDisabled;
    28 groupMemberJoinedByLinkUpdate groupMemberJoinedByLink; 29 groupV2MigrationUpdate groupV2Migration;
    30 groupV2MigrationSelfInvitedUpdate groupV2MigrationSelfInvited;
    31 groupV2MigrationInvitedMembersUpdate groupV2MigrationInvitedMembers;
    32 groupV2MigrationDroppedMembersUpdate groupV2MigrationDroppedMembers;
    33 groupSequenceOfRequestsAndCancelsUpdate groupSequenceOfRequestsAndCancels;
    34 groupExpirationTimerUpdate groupExpirationTimer
generic: 1 updaterAci x
groupCreation: 1 updaterAci x
groupName: 1 updaterAci x; 2 newGroupName s
groupAvatar: 1 updaterAci x; 2 wasRemoved b
groupDescription: 1 updaterAci x; 2 newDescription s
groupMembershipAccessLevelChange: 1 updaterAci x
groupAttributesAccessLevelChange: 1 updaterAci x
groupAnnouncementOnlyChange: 1 updaterAci x
groupAdminStatus: 1 updaterAci x; 2 memberAci x; 3 wasAdminStatusGranted b
groupMemberLeft: 1 aci x
groupMemberRemoved: 1 removerAci x; 2 removedAci x
selfInvitedToGroup: 1 inviterAci x
selfInvitedOtherUserToGroup: 1 inviteeServiceId x
groupUnknownInvitee: 1 inviterAci x; 2 inviteeCount u
groupInvitationAccepted: 1 inviterAci x; 2 newMemberAci x
groupInvitationDeclined: 1 inviterAci x; 2 inviteeAci x
groupMemberJoined: 1 newMemberAci x
groupMemberAdded: 1 updaterAci x; 2 newMemberAci x; 3 hadOpenInvitation b; 4 inviterAci x
groupSelfInvitationRevoked: 1 revokerAci x
groupInvitationRevoked: 1 updaterAci x
groupJoinRequest: 1 requestorAci x
groupJoinRequestApproval: 1 requestorAci x; 2 updaterAci x; 3 wasApproved b
groupJoinRequestCanceled: 1 requestorAci x
groupInviteLinkReset: 1 updaterAci x
groupInviteLinkEnabled: 1 updaterAci x
groupInviteLinkAdminApproval: 1 updaterAci x
groupInviteLinkDisabled: 1 updaterAci x
groupMemberJoinedByLink: 1 newMemberAci x
groupV2Migration:
groupV2MigrationSelfInvited:
groupV2MigrationInvitedMembers: 1 invitedMembersCount u
groupV2MigrationDroppedMembers: 1 droppedMembersCount u
groupSequenceOfRequestsAndCancels: 1 requestorAci x; 2 count u
groupExpirationTimer: 1 expiresInMs u; 2 updaterAci x
"""


def _field(text: str) -> tuple[int, FieldType]:
    number, name, kind = text.split(" ")
    many, kind = kind.startswith("*"), kind.lstrip("*")
    names = tuple(kind.split("|")) if "|" in kind else ()
    return int(number), FieldType(name, "" if names else kind, many, names)


def _schema(text: str) -> dict[str, dict[int, FieldType]]:
    found = {}
    for line in re.sub(r"\|\n +", "|", text).replace("\n ", " ").split("\n"):
        message, colon, fields = line.partition(":")
        if colon:
            parts = (part.strip() for part in fields.split(";"))
            found[message] = dict(_field(part) for part in parts if part)
    return found


SCHEMA: Final = _schema(_MESSAGES)
