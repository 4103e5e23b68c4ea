-- The service: tenants, their people, connections and migrations, and what was done by whom.
-- Passwords are hashes, tokens are digests, connection.cipher is encrypted by the service.
CREATE TABLE tenant (
    id         text NOT NULL PRIMARY KEY,
    name       text NOT NULL,
    created_at text NOT NULL
);

CREATE TABLE account (
    id         text NOT NULL PRIMARY KEY,
    tenant     text NOT NULL REFERENCES tenant (id),
    email      text NOT NULL UNIQUE,
    name       text NOT NULL,
    password   text NOT NULL,
    role       text NOT NULL CHECK (role IN ('viewer', 'user', 'admin')),
    active     bigint NOT NULL,
    stamp      text NOT NULL,
    created_at text NOT NULL
);

CREATE TABLE invitation (
    id         text NOT NULL PRIMARY KEY,
    tenant     text NOT NULL REFERENCES tenant (id),
    email      text NOT NULL,
    role       text NOT NULL CHECK (role IN ('viewer', 'user', 'admin')),
    token      text NOT NULL UNIQUE,
    expires_at text NOT NULL,
    created_at text NOT NULL
);

-- What programs log in with; token is a digest, account is who made it and whose rights bound it.
CREATE TABLE api_key (
    id           text NOT NULL PRIMARY KEY,
    tenant       text NOT NULL REFERENCES tenant (id),
    account      text NOT NULL REFERENCES account (id),
    name         text NOT NULL,
    role         text NOT NULL CHECK (role IN ('viewer', 'user', 'admin')),
    token        text NOT NULL UNIQUE,
    created_at   text NOT NULL,
    expires_at   text,
    last_used_at text,
    UNIQUE (tenant, name)
);

CREATE TABLE connection (
    id         text NOT NULL PRIMARY KEY,
    tenant     text NOT NULL REFERENCES tenant (id),
    name       text NOT NULL,
    display    text NOT NULL,
    cipher     text NOT NULL,
    version    bigint NOT NULL,
    created_at text NOT NULL,
    updated_at text NOT NULL,
    UNIQUE (tenant, name)
);

-- wanted: what the service sees to (idle, running); run: the name in table run, which is there once it was started.
CREATE TABLE migration (
    id          text NOT NULL PRIMARY KEY,
    tenant      text NOT NULL REFERENCES tenant (id),
    name        text NOT NULL,
    run         text NOT NULL UNIQUE,
    source_id   text NOT NULL REFERENCES connection (id),
    target_id   text NOT NULL REFERENCES connection (id),
    settings    text NOT NULL,
    wanted      text NOT NULL CHECK (wanted IN ('idle', 'running')),
    last_action text,
    last_result text,
    last_exit   integer,
    created_by  text NOT NULL,
    version     bigint NOT NULL,
    created_at  text NOT NULL,
    updated_at  text NOT NULL,
    UNIQUE (tenant, name)
);

CREATE TABLE audit (
    id      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tenant  text,
    at      text NOT NULL,
    actor   text NOT NULL,
    action  text NOT NULL,
    subject text NOT NULL,
    origin  text NOT NULL,
    result  integer NOT NULL
);
CREATE INDEX audit_of_tenant ON audit (tenant, id);

-- What a request that may be sent again was answered; status 0: it is being carried out.
CREATE TABLE idempotency (
    tenant  text NOT NULL,
    key     text NOT NULL,
    request text NOT NULL,
    status  integer NOT NULL,
    body    text NOT NULL,
    at      text NOT NULL,
    PRIMARY KEY (tenant, key)
);

CREATE FUNCTION audit_stays() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'the audit log is append-only'; END $$;
CREATE TRIGGER audit_is_not_changed BEFORE UPDATE OR DELETE OR TRUNCATE ON audit FOR EACH STATEMENT EXECUTE FUNCTION audit_stays();
