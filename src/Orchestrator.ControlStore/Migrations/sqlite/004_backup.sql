-- Dumps of tenants' databases. place: the backup directory the file lies in, by the mark in it. connection_id: of a connection
-- that may be gone since. sha256 and finished_at are there once it is over, tables_done and tables once they are known.
CREATE TABLE backup (
    id            TEXT NOT NULL PRIMARY KEY,
    tenant        TEXT NOT NULL REFERENCES tenant (id),
    connection_id TEXT NOT NULL,
    name          TEXT NOT NULL,
    place         TEXT NOT NULL,
    state         TEXT NOT NULL CHECK (state IN ('running', 'done', 'failed', 'cancelled')),
    bytes         INTEGER NOT NULL,
    tables_done   INTEGER,
    tables        INTEGER,
    sha256        TEXT,
    error_code    TEXT,
    error         TEXT,
    created_by    TEXT NOT NULL,
    started_at    TEXT NOT NULL,
    finished_at   TEXT
) STRICT;
CREATE INDEX backup_of_tenant ON backup (tenant, id);
