-- The service: tenants, their people, connections and migrations, and what was done by whom.
-- Passwords are hashes, tokens are digests, connection.cipher is encrypted by the service.
CREATE TABLE tenant (
    id         TEXT NOT NULL PRIMARY KEY,
    name       TEXT NOT NULL,
    created_at TEXT NOT NULL
) STRICT;

-- What an administrator decided for the tenant; no row: nothing yet.
CREATE TABLE tenant_setting (
    tenant           TEXT NOT NULL PRIMARY KEY REFERENCES tenant (id),
    require_approval INTEGER NOT NULL
) STRICT;

CREATE TABLE account (
    id         TEXT NOT NULL PRIMARY KEY,
    tenant     TEXT NOT NULL REFERENCES tenant (id),
    email      TEXT NOT NULL UNIQUE,
    name       TEXT NOT NULL,
    password   TEXT NOT NULL,
    role       TEXT NOT NULL CHECK (role IN ('viewer', 'user', 'admin')),
    active     INTEGER NOT NULL,
    stamp      TEXT NOT NULL,
    created_at TEXT NOT NULL
) STRICT;

CREATE TABLE invitation (
    id         TEXT NOT NULL PRIMARY KEY,
    tenant     TEXT NOT NULL REFERENCES tenant (id),
    email      TEXT NOT NULL,
    role       TEXT NOT NULL CHECK (role IN ('viewer', 'user', 'admin')),
    token      TEXT NOT NULL UNIQUE,
    expires_at TEXT NOT NULL,
    created_at TEXT NOT NULL
) STRICT;

-- What programs log in with; token is a digest, account is who made it and whose rights bound it.
CREATE TABLE api_key (
    id           TEXT NOT NULL PRIMARY KEY,
    tenant       TEXT NOT NULL REFERENCES tenant (id),
    account      TEXT NOT NULL REFERENCES account (id),
    name         TEXT NOT NULL,
    role         TEXT NOT NULL CHECK (role IN ('viewer', 'user', 'admin')),
    token        TEXT NOT NULL UNIQUE,
    created_at   TEXT NOT NULL,
    expires_at   TEXT,
    last_used_at TEXT,
    UNIQUE (tenant, name)
) STRICT;

CREATE TABLE connection (
    id         TEXT NOT NULL PRIMARY KEY,
    tenant     TEXT NOT NULL REFERENCES tenant (id),
    name       TEXT NOT NULL,
    display    TEXT NOT NULL,
    cipher     TEXT NOT NULL,
    version    INTEGER NOT NULL,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    UNIQUE (tenant, name)
) STRICT;

-- wanted: what the service sees to (idle, running); run: the name in table run, which is there once it was started.
CREATE TABLE migration (
    id          TEXT NOT NULL PRIMARY KEY,
    tenant      TEXT NOT NULL REFERENCES tenant (id),
    name        TEXT NOT NULL,
    run         TEXT NOT NULL UNIQUE,
    source_id   TEXT NOT NULL REFERENCES connection (id),
    target_id   TEXT NOT NULL REFERENCES connection (id),
    settings    TEXT NOT NULL,
    wanted      TEXT NOT NULL CHECK (wanted IN ('idle', 'running')),
    last_action TEXT,
    last_result TEXT,
    last_exit   INTEGER,
    created_by  TEXT NOT NULL,
    version     INTEGER NOT NULL,
    created_at  TEXT NOT NULL,
    updated_at  TEXT NOT NULL,
    UNIQUE (tenant, name)
) STRICT;

-- Where the migrations' runs are, and who drives them or did last.
CREATE VIEW migration_run AS
SELECT m.tenant, m.id, m.name, m.run, m.wanted, r.id AS run_id, r.state, r.holder, r.held_since
FROM migration m LEFT JOIN run r ON r.name = m.run;

-- What one person asked for and another has to decide. run_id and run_state: what it was asked about; once that is
-- something else the approval cannot be given any more. action: cutover, rollback, or the setting's.
CREATE TABLE approval (
    id            TEXT NOT NULL PRIMARY KEY,
    tenant        TEXT NOT NULL REFERENCES tenant (id),
    action        TEXT NOT NULL CHECK (action IN ('cutover', 'rollback', 'require_approval=false')),
    migration     TEXT,
    name          TEXT NOT NULL,
    run_id        TEXT,
    run_state     TEXT,
    asked_by      TEXT NOT NULL REFERENCES account (id),
    asked_email   TEXT NOT NULL,
    asked_at      TEXT NOT NULL,
    expires_at    TEXT NOT NULL,
    decision      TEXT NOT NULL CHECK (decision IN ('pending', 'approved', 'rejected', 'lapsed')),
    decided_by    TEXT REFERENCES account (id),
    decided_email TEXT,
    decided_at    TEXT
) STRICT;
CREATE UNIQUE INDEX approval_pending ON approval (tenant, action, coalesce(migration, '')) WHERE decision = 'pending';

-- What was moved on a day (UTC): of each run what was counted on that day. Kept when the migration is deleted.
CREATE TABLE usage (
    tenant      TEXT NOT NULL REFERENCES tenant (id),
    day         TEXT NOT NULL,
    run_id      TEXT NOT NULL,
    migration   TEXT NOT NULL,
    rows_moved  INTEGER NOT NULL,
    bytes_moved INTEGER NOT NULL,
    seconds     REAL NOT NULL,
    PRIMARY KEY (tenant, day, run_id)
) STRICT;

CREATE TABLE audit (
    id      INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant  TEXT,
    at      TEXT NOT NULL,
    actor   TEXT NOT NULL,
    action  TEXT NOT NULL,
    subject TEXT NOT NULL,
    origin  TEXT NOT NULL,
    result  INTEGER NOT NULL
) STRICT;
CREATE INDEX audit_of_tenant ON audit (tenant, id);
CREATE TRIGGER audit_is_not_changed BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
CREATE TRIGGER audit_is_not_removed BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
-- INSERT OR REPLACE removes a row without asking the trigger above.
CREATE TRIGGER audit_is_not_replaced BEFORE INSERT ON audit WHEN EXISTS (SELECT 1 FROM audit WHERE id = NEW.id) BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;

-- What a request that may be sent again was answered; status 0: it is being carried out.
CREATE TABLE idempotency (
    tenant  TEXT NOT NULL,
    key     TEXT NOT NULL,
    request TEXT NOT NULL,
    status  INTEGER NOT NULL,
    body    TEXT NOT NULL,
    at      TEXT NOT NULL,
    PRIMARY KEY (tenant, key)
) STRICT;
