-- Store version 1, written by the program of that version: run shop follows changes and was interrupted, run copied is complete.
-- key 45f637de9899bab327225adb2143b1a04390a5cf0f73b205f48409ed97b973bb
CREATE SCHEMA orchestrator_control;
CREATE TABLE orchestrator_control.document (
    run text NOT NULL,
    name text NOT NULL,
    json text NOT NULL,
    updated_at text NOT NULL
);
CREATE TABLE orchestrator_control.journal (
    run text NOT NULL,
    sequence bigint NOT NULL,
    at text NOT NULL,
    kind text NOT NULL,
    subject text NOT NULL,
    detail text NOT NULL
);
CREATE TABLE orchestrator_control.request (
    id bigint NOT NULL,
    run text NOT NULL,
    request text NOT NULL,
    asked_at text NOT NULL,
    awaited_at text,
    begun_at text,
    exit_code integer,
    message text DEFAULT ''::text NOT NULL,
    answered_at text
);
ALTER TABLE orchestrator_control.request ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME orchestrator_control.request_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE orchestrator_control.run (
    name text NOT NULL,
    id text NOT NULL,
    version bigint NOT NULL,
    fence bigint NOT NULL,
    state text NOT NULL,
    failed_in text,
    error text,
    options text NOT NULL,
    holder text,
    held_since text,
    held_until timestamp with time zone,
    created_at text NOT NULL,
    updated_at text NOT NULL
);
CREATE TABLE orchestrator_control.secret (
    run text NOT NULL,
    name text NOT NULL,
    nonce bytea NOT NULL,
    cipher bytea NOT NULL
);
CREATE TABLE orchestrator_control.version (
    number integer NOT NULL
);
INSERT INTO orchestrator_control.document VALUES ('shop', 'plan', '{"DatabaseIdentity":"7713695362497393734/16893","ServerVersion":"PostgreSQL 15.18 (Debian 15.18-0\u002Bdeb12u1)","Tables":[{"Table":{"Schema":"shop","Name":"item"},"Origin":null,"SourceId":16896,"Columns":[{"Name":"id","Ordinal":1,"Type":"integer","CastType":"integer","TypeId":23,"TypeModifier":-1,"NotNull":true,"Kind":0,"IsCopied":true,"Origin":null},{"Name":"name","Ordinal":2,"Type":"text","CastType":"text","TypeId":25,"TypeModifier":-1,"NotNull":false,"Kind":0,"IsCopied":true,"Origin":null}],"Copied":[{"Name":"id","Ordinal":1,"Type":"integer","CastType":"integer","TypeId":23,"TypeModifier":-1,"NotNull":true,"Kind":0,"IsCopied":true,"Origin":null},{"Name":"name","Ordinal":2,"Type":"text","CastType":"text","TypeId":25,"TypeModifier":-1,"NotNull":false,"Kind":0,"IsCopied":true,"Origin":null}],"Key":{"Kind":0,"Columns":[0]},"Cascades":[],"Pages":1,"EstimatedRows":-1,"Bytes":16384,"Fingerprint":"1:id:integer:n:Plain|2:name:text:y:Plain"},{"Table":{"Schema":"shop","Name":"sale"},"Origin":null,"SourceId":16903,"Columns":[{"Name":"id","Ordinal":1,"Type":"integer","CastType":"integer","TypeId":23,"TypeModifier":-1,"NotNull":true,"Kind":0,"IsCopied":true,"Origin":null},{"Name":"item","Ordinal":2,"Type":"integer","CastType":"integer","TypeId":23,"TypeModifier":-1,"NotNull":false,"Kind":0,"IsCopied":true,"Origin":null}],"Copied":[{"Name":"id","Ordinal":1,"Type":"integer","CastType":"integer","TypeId":23,"TypeModifier":-1,"NotNull":true,"Kind":0,"IsCopied":true,"Origin":null},{"Name":"item","Ordinal":2,"Type":"integer","CastType":"integer","TypeId":23,"TypeModifier":-1,"NotNull":false,"Kind":0,"IsCopied":true,"Origin":null}],"Key":{"Kind":0,"Columns":[0]},"Cascades":[],"Pages":1,"EstimatedRows":-1,"Bytes":8192,"Fingerprint":"1:id:integer:n:Plain|2:item:integer:y:Plain"}],"EarlierForms":[],"Sequences":[],"ColumnsVersion":"f361cf65e167506e77eeda50c30976f6","Fingerprint":"16896 shop.item PrimaryKey 0 1:id:integer:n:Plain|2:name:text:y:Plain\n16903 shop.sale PrimaryKey 0 1:id:integer:n:Plain|2:item:integer:y:Plain"}', '2026-11-29T20:37:56.0625466Z');
INSERT INTO orchestrator_control.document VALUES ('shop', 'report', '{
  "writable_side": "source",
  "tables": 2,
  "rows_copied": 150,
  "rejected": null,
  "rows_applied": 0,
  "transactions_applied": 1,
  "converted": [],
  "load_ms": 675.4912,
  "copy_ms": 193.947,
  "lag_ms": 0,
  "validation": {
    "started_at": "2026-11-29T20:37:57.5728957+00:00",
    "ended_at": "2026-11-29T20:37:57.7787075+00:00",
    "mode": "one-position",
    "position": "0/3BEA640",
    "columns_version": "f361cf65e167506e77eeda50c30976f6",
    "method": "pg-record-hash",
    "tables": [
      {
        "table": {
          "schema": "shop",
          "name": "item"
        },
        "verdict": "equal",
        "reason": null,
        "is_interrupted": false,
        "source_rows": 100,
        "target_rows": 100,
        "rejected": 0,
        "buckets": 64,
        "buckets_different": 0,
        "missing": 0,
        "extra": 0,
        "changed": 0,
        "counts_exact": true,
        "not_compared": [],
        "rows": [],
        "duration": "00:00:00.0574574"
      },
      {
        "table": {
          "schema": "shop",
          "name": "sale"
        },
        "verdict": "equal",
        "reason": null,
        "is_interrupted": false,
        "source_rows": 50,
        "target_rows": 50,
        "rejected": 0,
        "buckets": 64,
        "buckets_different": 0,
        "missing": 0,
        "extra": 0,
        "changed": 0,
        "counts_exact": true,
        "not_compared": [],
        "rows": [],
        "duration": "00:00:00.0056992"
      }
    ],
    "verdict": "equal"
  },
  "copy_is_open": false,
  "predicted_pause_ms": null,
  "write_pause_ms": null,
  "steps": []
}', '2026-11-29T20:37:57.7868827Z');
INSERT INTO orchestrator_control.document VALUES ('shop', 'progress', '{
  "run": "shop",
  "phase": "cdc",
  "at": "2026-11-29T20:38:02.0608584+00:00",
  "source": "127.0.0.1:45999/src_p1",
  "target": "127.0.0.1:45999/dst_p1",
  "safety": "both loaded, source writable",
  "bytes_done": null,
  "bytes_planned": null,
  "rows_per_second": null,
  "bytes_per_second": null,
  "tables": [
    {
      "table": {
        "schema": "shop",
        "name": "item"
      },
      "activity": "done",
      "rows_done": 100,
      "rows_estimate": null,
      "bytes_done": 16384,
      "bytes_planned": 16384,
      "note": "",
      "attempt": 0,
      "eta": null
    },
    {
      "table": {
        "schema": "shop",
        "name": "sale"
      },
      "activity": "done",
      "rows_done": 50,
      "rows_estimate": null,
      "bytes_done": 8192,
      "bytes_planned": 8192,
      "note": "",
      "attempt": 0,
      "eta": null
    }
  ],
  "lag": "00:00:01.1276230",
  "apply_rows_per_second": 0,
  "transactions_applied": 1,
  "retained_log_bytes": 3528,
  "eta": null,
  "notices": [],
  "percent": null
}', '2026-11-29T20:38:02.0686409Z');
INSERT INTO orchestrator_control.document VALUES ('copied', 'plan', '{"DatabaseIdentity":"7713695362497393734/16893","ServerVersion":"PostgreSQL 15.18 (Debian 15.18-0\u002Bdeb12u1)","Tables":[{"Table":{"Schema":"shop","Name":"item"},"Origin":null,"SourceId":16896,"Columns":[{"Name":"id","Ordinal":1,"Type":"integer","CastType":"integer","TypeId":23,"TypeModifier":-1,"NotNull":true,"Kind":0,"IsCopied":true,"Origin":null},{"Name":"name","Ordinal":2,"Type":"text","CastType":"text","TypeId":25,"TypeModifier":-1,"NotNull":false,"Kind":0,"IsCopied":true,"Origin":null}],"Copied":[{"Name":"id","Ordinal":1,"Type":"integer","CastType":"integer","TypeId":23,"TypeModifier":-1,"NotNull":true,"Kind":0,"IsCopied":true,"Origin":null},{"Name":"name","Ordinal":2,"Type":"text","CastType":"text","TypeId":25,"TypeModifier":-1,"NotNull":false,"Kind":0,"IsCopied":true,"Origin":null}],"Key":{"Kind":0,"Columns":[0]},"Cascades":[],"Pages":1,"EstimatedRows":-1,"Bytes":16384,"Fingerprint":"1:id:integer:n:Plain|2:name:text:y:Plain"},{"Table":{"Schema":"shop","Name":"sale"},"Origin":null,"SourceId":16903,"Columns":[{"Name":"id","Ordinal":1,"Type":"integer","CastType":"integer","TypeId":23,"TypeModifier":-1,"NotNull":true,"Kind":0,"IsCopied":true,"Origin":null},{"Name":"item","Ordinal":2,"Type":"integer","CastType":"integer","TypeId":23,"TypeModifier":-1,"NotNull":false,"Kind":0,"IsCopied":true,"Origin":null}],"Copied":[{"Name":"id","Ordinal":1,"Type":"integer","CastType":"integer","TypeId":23,"TypeModifier":-1,"NotNull":true,"Kind":0,"IsCopied":true,"Origin":null},{"Name":"item","Ordinal":2,"Type":"integer","CastType":"integer","TypeId":23,"TypeModifier":-1,"NotNull":false,"Kind":0,"IsCopied":true,"Origin":null}],"Key":{"Kind":0,"Columns":[0]},"Cascades":[],"Pages":1,"EstimatedRows":-1,"Bytes":8192,"Fingerprint":"1:id:integer:n:Plain|2:item:integer:y:Plain"}],"EarlierForms":[],"Sequences":[],"ColumnsVersion":"f361cf65e167506e77eeda50c30976f6","Fingerprint":"16896 shop.item PrimaryKey 0 1:id:integer:n:Plain|2:name:text:y:Plain\n16903 shop.sale PrimaryKey 0 1:id:integer:n:Plain|2:item:integer:y:Plain"}', '2026-11-29T20:38:03.9623407Z');
INSERT INTO orchestrator_control.document VALUES ('copied', 'progress', '{
  "run": "copied",
  "phase": "complete",
  "at": "2026-11-29T20:38:05.5424414+00:00",
  "source": "127.0.0.1:45999/src_p1",
  "target": "127.0.0.1:45999/dst2_p1",
  "safety": "both loaded, source writable",
  "bytes_done": null,
  "bytes_planned": null,
  "rows_per_second": null,
  "bytes_per_second": null,
  "tables": [
    {
      "table": {
        "schema": "shop",
        "name": "item"
      },
      "activity": "done",
      "rows_done": 100,
      "rows_estimate": null,
      "bytes_done": 16384,
      "bytes_planned": 16384,
      "note": "",
      "attempt": 0,
      "eta": null
    },
    {
      "table": {
        "schema": "shop",
        "name": "sale"
      },
      "activity": "done",
      "rows_done": 50,
      "rows_estimate": null,
      "bytes_done": 8192,
      "bytes_planned": 8192,
      "note": "",
      "attempt": 0,
      "eta": null
    }
  ],
  "lag": null,
  "apply_rows_per_second": null,
  "transactions_applied": null,
  "retained_log_bytes": null,
  "eta": null,
  "notices": [],
  "percent": null
}', '2026-11-29T20:38:05.5685992Z');
INSERT INTO orchestrator_control.document VALUES ('copied', 'report', '{
  "writable_side": "source",
  "tables": 2,
  "rows_copied": 150,
  "rejected": null,
  "rows_applied": null,
  "transactions_applied": null,
  "converted": [],
  "load_ms": 1098.2476,
  "copy_ms": 323.9273,
  "lag_ms": null,
  "validation": {
    "started_at": "2026-11-29T20:38:05.2495295+00:00",
    "ended_at": "2026-11-29T20:38:05.4431715+00:00",
    "mode": "now",
    "position": null,
    "columns_version": "f361cf65e167506e77eeda50c30976f6",
    "method": "pg-record-hash",
    "tables": [
      {
        "table": {
          "schema": "shop",
          "name": "item"
        },
        "verdict": "equal",
        "reason": null,
        "is_interrupted": false,
        "source_rows": 100,
        "target_rows": 100,
        "rejected": 0,
        "buckets": 64,
        "buckets_different": 0,
        "missing": 0,
        "extra": 0,
        "changed": 0,
        "counts_exact": true,
        "not_compared": [],
        "rows": [],
        "duration": "00:00:00.0912370"
      },
      {
        "table": {
          "schema": "shop",
          "name": "sale"
        },
        "verdict": "equal",
        "reason": null,
        "is_interrupted": false,
        "source_rows": 50,
        "target_rows": 50,
        "rejected": 0,
        "buckets": 64,
        "buckets_different": 0,
        "missing": 0,
        "extra": 0,
        "changed": 0,
        "counts_exact": true,
        "not_compared": [],
        "rows": [],
        "duration": "00:00:00.0155867"
      }
    ],
    "verdict": "equal"
  },
  "copy_is_open": true,
  "predicted_pause_ms": null,
  "write_pause_ms": null,
  "steps": []
}', '2026-11-29T20:38:05.5354246Z');
INSERT INTO orchestrator_control.journal VALUES ('shop', 1, '2026-11-29T20:37:55.5061916Z', 'transition', 'Assessment', 'created');
INSERT INTO orchestrator_control.journal VALUES ('shop', 2, '2026-11-29T20:37:56.1442104Z', 'transition', 'FullLoad', '2 tables, no blocker');
INSERT INTO orchestrator_control.journal VALUES ('shop', 3, '2026-11-29T20:37:56.8293349Z', 'transition', 'Cdc', 'rows, indexes and constraints are in');
INSERT INTO orchestrator_control.journal VALUES ('shop', 4, '2026-11-29T20:37:57.5514724Z', 'transition', 'Validation', 'caught up');
INSERT INTO orchestrator_control.journal VALUES ('shop', 5, '2026-11-29T20:37:57.7883500Z', 'transition', 'Cdc', 'equal');
INSERT INTO orchestrator_control.journal VALUES ('copied', 1, '2026-11-29T20:38:03.1148060Z', 'transition', 'Assessment', 'created');
INSERT INTO orchestrator_control.journal VALUES ('copied', 2, '2026-11-29T20:38:04.1112379Z', 'transition', 'FullLoad', '2 tables, no blocker');
INSERT INTO orchestrator_control.journal VALUES ('copied', 3, '2026-11-29T20:38:05.2274746Z', 'transition', 'Validation', 'copied; changes are not followed');
INSERT INTO orchestrator_control.journal VALUES ('copied', 4, '2026-11-29T20:38:05.5341768Z', 'transition', 'Complete', 'equal');
INSERT INTO orchestrator_control.run VALUES ('shop', 'f3aa5710-3435-4010-8ae0-5807f50ac09d', 5, 1, 'Cdc', NULL, NULL, '{"source_url":"secret:source-url","target_url":"secret:target-url","run_name":"shop","state_directory":"/srv/orchestrator","strategy":"full-load-cdc","tables":{"include":[],"exclude":[]},"parallel_workers":1,"batch_size":50000,"validate":true,"cutover":"manual","on_switch":"secret:on-switch","on_switch_undo":null,"pause_budget":"00:00:10","max_lag":"00:00:05","mapping":{"schemas":{},"zero_dates":"fail","enums":"native","tiny_int_is_boolean":false,"uuid_namespace":"14288121-902b-4b39-b471-4f27c74ae6e5","reject_limit":0,"stash":null,"columns":{}},"backup":null,"debezium":null,"dry_run":false}', 'pid 5670 on mover', '2026-11-29T20:37:55.5629041Z', NULL, '2026-11-29T20:37:55.4090195Z', '2026-11-29T20:37:57.7878393Z');
INSERT INTO orchestrator_control.run VALUES ('copied', 'aaea509f-0d3c-4144-812e-c9b57edf17fe', 4, 1, 'Complete', NULL, NULL, '{"source_url":"secret:source-url","target_url":"secret:target-url","run_name":"copied","state_directory":"/srv/orchestrator","strategy":"parallel-batch","tables":{"include":[],"exclude":[]},"parallel_workers":1,"batch_size":50000,"validate":true,"cutover":"manual","on_switch":null,"on_switch_undo":null,"pause_budget":"00:00:10","max_lag":"00:00:05","mapping":{"schemas":{},"zero_dates":"fail","enums":"native","tiny_int_is_boolean":false,"uuid_namespace":"14288121-902b-4b39-b471-4f27c74ae6e5","reject_limit":0,"stash":null,"columns":{}},"backup":null,"debezium":null,"dry_run":false}', 'pid 5938 on mover', '2026-11-29T20:38:03.2552833Z', NULL, '2026-11-29T20:38:02.9280638Z', '2026-11-29T20:38:05.5337354Z');
INSERT INTO orchestrator_control.secret VALUES ('shop', 'source-url', '\x1507619e36f69a01ca082686', '\x5c928768ad3f3763658de8fbe70624fcd4c4af25ddd9c6c487935a2ba39897cee41465de1121a9e74ebe142bc05d29bec2ac07555361a327f88e788ec4cb1f31c7e250b9620299dd7ef7');
INSERT INTO orchestrator_control.secret VALUES ('shop', 'target-url', '\xf2dfdacb5922197a897a462c', '\xcb740dd71198c309c277d07b875f5bb501a9cbf3c2e22d792517bfc7dec9cd98279e7b69d1644e74f5f3d81f7bf7a48de13223d0e2c8e74d99beaaa3d047a7e5d754d463e44557f3dd4f');
INSERT INTO orchestrator_control.secret VALUES ('shop', 'on-switch', '\xd88beeb485df8c822d6e0286', '\x408a5f5502e45944e127c50d53359ef4584e22e180d647e9e436abe95f3ebfa8d1549e009199d6ef6dbb1d9fe6');
INSERT INTO orchestrator_control.secret VALUES ('copied', 'source-url', '\x42e33573b134bdb538c1b6c9', '\x9bb2f3c8a2367dc4017f6440bf43ab3170370ed7d7896bb120597a874edd91ec35611a621bed9c67f40a9a2e47b8ac694a5bb95ef95e9b00486fea858fede65ba250703c0d613acc1b0e');
INSERT INTO orchestrator_control.secret VALUES ('copied', 'target-url', '\x328a623a916ff2d774329133', '\xa6325088e3be6190f0099bb370697d6e1b3bf015bf2defee4231aa2ab4fc877413e40a808dd44c6617c29237eb1224b03f42f17741e96aaae9e2aaf8fab9aa2dca4722acd4f9b2b64f990b');
INSERT INTO orchestrator_control.version VALUES (1);
SELECT pg_catalog.setval('orchestrator_control.request_id_seq', 1, false);
ALTER TABLE ONLY orchestrator_control.document
    ADD CONSTRAINT document_pkey PRIMARY KEY (run, name);
ALTER TABLE ONLY orchestrator_control.journal
    ADD CONSTRAINT journal_pkey PRIMARY KEY (run, sequence);
ALTER TABLE ONLY orchestrator_control.request
    ADD CONSTRAINT request_pkey PRIMARY KEY (id);
ALTER TABLE ONLY orchestrator_control.run
    ADD CONSTRAINT run_id_key UNIQUE (id);
ALTER TABLE ONLY orchestrator_control.run
    ADD CONSTRAINT run_pkey PRIMARY KEY (name);
ALTER TABLE ONLY orchestrator_control.secret
    ADD CONSTRAINT secret_pkey PRIMARY KEY (run, name);
CREATE INDEX request_open ON orchestrator_control.request USING btree (run, id) WHERE (exit_code IS NULL);
ALTER TABLE ONLY orchestrator_control.document
    ADD CONSTRAINT document_run_fkey FOREIGN KEY (run) REFERENCES orchestrator_control.run(name);
ALTER TABLE ONLY orchestrator_control.journal
    ADD CONSTRAINT journal_run_fkey FOREIGN KEY (run) REFERENCES orchestrator_control.run(name);
ALTER TABLE ONLY orchestrator_control.request
    ADD CONSTRAINT request_run_fkey FOREIGN KEY (run) REFERENCES orchestrator_control.run(name);
ALTER TABLE ONLY orchestrator_control.secret
    ADD CONSTRAINT secret_run_fkey FOREIGN KEY (run) REFERENCES orchestrator_control.run(name);
