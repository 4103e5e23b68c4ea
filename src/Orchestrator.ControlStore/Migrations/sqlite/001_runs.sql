-- Times are UTC in ISO 8601 text. No column but secret.cipher holds a secret, and that one is encrypted.
CREATE TABLE run (
    name       TEXT NOT NULL PRIMARY KEY,
    id         TEXT NOT NULL UNIQUE,
    version    INTEGER NOT NULL,
    fence      INTEGER NOT NULL,
    state      TEXT NOT NULL,
    failed_in  TEXT,
    error      TEXT,
    options    TEXT NOT NULL,
    holder     TEXT,
    held_since TEXT,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL
) STRICT;

CREATE TABLE secret (
    run    TEXT NOT NULL REFERENCES run (name),
    name   TEXT NOT NULL,
    nonce  BLOB NOT NULL,
    cipher BLOB NOT NULL,
    PRIMARY KEY (run, name)
) STRICT;

CREATE TABLE journal (
    run      TEXT NOT NULL REFERENCES run (name),
    sequence INTEGER NOT NULL,
    at       TEXT NOT NULL,
    kind     TEXT NOT NULL,
    subject  TEXT NOT NULL,
    detail   TEXT NOT NULL,
    PRIMARY KEY (run, sequence)
) STRICT;

CREATE TABLE document (
    run        TEXT NOT NULL REFERENCES run (name),
    name       TEXT NOT NULL,
    json       TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    PRIMARY KEY (run, name)
) STRICT;

CREATE TABLE request (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    run         TEXT NOT NULL REFERENCES run (name),
    request     TEXT NOT NULL,
    asked_at    TEXT NOT NULL,
    exit_code   INTEGER,
    message     TEXT NOT NULL DEFAULT '',
    answered_at TEXT
) STRICT;
CREATE INDEX request_open ON request (run, id) WHERE exit_code IS NULL;
