"""Letters: single ones, mailboxes, stores of Outlook."""
