-- Dumps of tenants' databases. place: the backup directory the file lies in, by the mark in it. connection_id: of a connection
-- that may be gone since. sha256 and finished_at are there once it is over, tables_done and tables once they are known.
CREATE TABLE backup (
    id            text NOT NULL PRIMARY KEY,
    tenant        text NOT NULL REFERENCES tenant (id),
    connection_id text NOT NULL,
    name          text NOT NULL,
    place         text NOT NULL,
    state         text NOT NULL CHECK (state IN ('running', 'done', 'failed', 'cancelled')),
    bytes         bigint NOT NULL,
    tables_done   bigint,
    tables        bigint,
    sha256        text,
    error_code    text,
    error         text,
    created_by    text NOT NULL,
    started_at    text NOT NULL,
    finished_at   text
);
CREATE INDEX backup_of_tenant ON backup (tenant, id);
