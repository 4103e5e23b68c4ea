-- As the newest version of the SQLite store, but for the lease: there is no file to lock, so it ends by the server's clock.
-- Times but that one are UTC in ISO 8601 text. No column but secret.cipher holds a secret, and that one is encrypted.
CREATE TABLE run (
    name       text NOT NULL PRIMARY KEY,
    id         text NOT NULL UNIQUE,
    version    bigint NOT NULL,
    fence      bigint NOT NULL,
    state      text NOT NULL,
    failed_in  text,
    error      text,
    options    text NOT NULL,
    holder     text,
    held_since text,
    held_until timestamptz,
    created_at text NOT NULL,
    updated_at text NOT NULL
);

CREATE TABLE secret (
    run    text NOT NULL REFERENCES run (name),
    name   text NOT NULL,
    nonce  bytea NOT NULL,
    cipher bytea NOT NULL,
    PRIMARY KEY (run, name)
);

CREATE TABLE journal (
    run      text NOT NULL REFERENCES run (name),
    sequence bigint NOT NULL,
    at       text NOT NULL,
    kind     text NOT NULL,
    subject  text NOT NULL,
    detail   text NOT NULL,
    PRIMARY KEY (run, sequence)
);

CREATE TABLE document (
    run        text NOT NULL REFERENCES run (name),
    name       text NOT NULL,
    json       text NOT NULL,
    updated_at text NOT NULL,
    PRIMARY KEY (run, name)
);

CREATE TABLE request (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    run         text NOT NULL REFERENCES run (name),
    request     text NOT NULL,
    asked_at    text NOT NULL,
    awaited_at  text,
    begun_at    text,
    exit_code   integer,
    message     text NOT NULL DEFAULT '',
    answered_at text
);
CREATE INDEX request_open ON request (run, id) WHERE exit_code IS NULL;
