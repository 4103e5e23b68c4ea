-- Store version 1, written by the program of that version: run shop follows changes and was interrupted, run copied is complete.
-- key 859321931164feaf4ff471d1607156ea5cb6c0db7431bc865df5d8985fc355a4
PRAGMA foreign_keys=OFF;
BEGIN TRANSACTION;
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
INSERT INTO run VALUES('shop','043dceb3-2ac3-4f00-9a25-3fdf18dea1fa',5,1,'Cdc',NULL,NULL,'{"source_url":"secret:source-url","target_url":"secret:target-url","run_name":"shop","state_directory":"/srv/orchestrator","strategy":"full-load-cdc","tables":{"include":[],"exclude":[]},"parallel_workers":2,"batch_size":50000,"validate":true,"cutover":"manual","on_switch":"secret:on-switch","on_switch_undo":null,"pause_budget":"00:00:10","max_lag":"00:00:05","dry_run":false}','pid 5217 on mover','2026-11-29T20:37:37.6698098Z','2026-11-29T20:37:37.5574471Z','2026-11-29T20:37:39.0713249Z');
INSERT INTO run VALUES('copied','636ca3e8-b52c-4ce6-999a-89c3f0995742',4,1,'Complete',NULL,NULL,'{"source_url":"secret:source-url","target_url":"secret:target-url","run_name":"copied","state_directory":"/srv/orchestrator","strategy":"parallel-batch","tables":{"include":[],"exclude":[]},"parallel_workers":2,"batch_size":50000,"validate":true,"cutover":"manual","on_switch":null,"on_switch_undo":null,"pause_budget":"00:00:10","max_lag":"00:00:05","dry_run":false}','pid 5348 on mover','2026-11-29T20:37:43.8634020Z','2026-11-29T20:37:43.7593682Z','2026-11-29T20:37:45.0308226Z');
CREATE TABLE secret (
    run    TEXT NOT NULL REFERENCES run (name),
    name   TEXT NOT NULL,
    nonce  BLOB NOT NULL,
    cipher BLOB NOT NULL,
    PRIMARY KEY (run, name)
) STRICT;
INSERT INTO secret VALUES('shop','source-url',X'01239c28f368c5f92b95ad83',X'efae7b9c253c77c8d7bfd533e80024b02a5e0e5e3f81283eaebfe7ca634d6808e9c1a49645242a839a33b46b710d27214f3a4979135634aa61a23cecbd9311156144345bd6186ec540d9');
INSERT INTO secret VALUES('shop','target-url',X'334c3bcc690a0938b808041f',X'55574879955bfbef75600b15fc774707c03dc7b59821096b8b592e18567ec98edb06cce0d8633774c41ce0d7ab0ed4a636b5a6491cc582ed9fea02535dd7e98f8eb79c361ea3efef2583');
INSERT INTO secret VALUES('shop','on-switch',X'29ab4806ca0586a7336e2fca',X'7bba6f8af48b895cb086503158595bed4ac6f5e953716f8dedb969f1d617413be0a42a3d7ff494500a134e119b');
INSERT INTO secret VALUES('copied','source-url',X'1e35b8031e98ea7addf9196a',X'cbad516eb90f7eaecbe76c2af3d0fb9fc22fe18a42ee09758e2ace88b2b7064ef86346db1bc537583806db735203de11ca130efd6523edf0b76e21eef57aff73831974a2dbc8ade11c5b');
INSERT INTO secret VALUES('copied','target-url',X'9c2af6ba8e5d4a745b73ff94',X'fa292efa67da3942f4ca08f288a780c84d5bf92cd72614a3ef970dc61ef8ca76d1c92bc07fc2b5e6a92be8a538d383530f708ba4586a6125f4f277e8788d0023f9d4f2c08bca187187b446');
CREATE TABLE journal (
    run      TEXT NOT NULL REFERENCES run (name),
    sequence INTEGER NOT NULL,
    at       TEXT NOT NULL,
    kind     TEXT NOT NULL,
    subject  TEXT NOT NULL,
    detail   TEXT NOT NULL,
    PRIMARY KEY (run, sequence)
) STRICT;
INSERT INTO journal VALUES('shop',1,'2026-11-29T20:37:37.6218990Z','transition','Assessment','created');
INSERT INTO journal VALUES('shop',2,'2026-11-29T20:37:38.1993715Z','transition','FullLoad','2 tables, no blocker');
INSERT INTO journal VALUES('shop',3,'2026-11-29T20:37:38.7557270Z','transition','Cdc','rows, indexes and constraints are in');
INSERT INTO journal VALUES('shop',4,'2026-11-29T20:37:38.8456447Z','transition','Validation','caught up');
INSERT INTO journal VALUES('shop',5,'2026-11-29T20:37:39.0717582Z','transition','Cdc','equal');
INSERT INTO journal VALUES('copied',1,'2026-11-29T20:37:43.8177450Z','transition','Assessment','created');
INSERT INTO journal VALUES('copied',2,'2026-11-29T20:37:44.2640514Z','transition','FullLoad','2 tables, no blocker');
INSERT INTO journal VALUES('copied',3,'2026-11-29T20:37:44.8422515Z','transition','Validation','copied; changes are not followed');
INSERT INTO journal VALUES('copied',4,'2026-11-29T20:37:45.0310910Z','transition','Complete','equal');
CREATE TABLE document (
    run        TEXT NOT NULL REFERENCES run (name),
    name       TEXT NOT NULL,
    json       TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    PRIMARY KEY (run, name)
) STRICT;
INSERT INTO document VALUES('shop','plan','{"DatabaseIdentity":"7713695362497393734/16385","ServerVersion":"PostgreSQL 15.18 (Debian 15.18-0\u002Bdeb12u1)","Tables":[{"Table":{"Schema":"shop","Name":"item"},"SourceId":16388,"Columns":[{"Name":"id","Ordinal":1,"Type":"integer","CastType":"integer","TypeId":23,"TypeModifier":-1,"NotNull":true,"Kind":0,"IsCopied":true},{"Name":"name","Ordinal":2,"Type":"text","CastType":"text","TypeId":25,"TypeModifier":-1,"NotNull":false,"Kind":0,"IsCopied":true}],"Copied":[{"Name":"id","Ordinal":1,"Type":"integer","CastType":"integer","TypeId":23,"TypeModifier":-1,"NotNull":true,"Kind":0,"IsCopied":true},{"Name":"name","Ordinal":2,"Type":"text","CastType":"text","TypeId":25,"TypeModifier":-1,"NotNull":false,"Kind":0,"IsCopied":true}],"Key":{"Kind":0,"Columns":[0]},"Pages":1,"EstimatedRows":-1,"Bytes":16384,"Fingerprint":"1:id:integer:n:Plain|2:name:text:y:Plain"},{"Table":{"Schema":"shop","Name":"sale"},"SourceId":16395,"Columns":[{"Name":"id","Ordinal":1,"Type":"integer","CastType":"integer","TypeId":23,"TypeModifier":-1,"NotNull":true,"Kind":0,"IsCopied":true},{"Name":"item","Ordinal":2,"Type":"integer","CastType":"integer","TypeId":23,"TypeModifier":-1,"NotNull":false,"Kind":0,"IsCopied":true}],"Copied":[{"Name":"id","Ordinal":1,"Type":"integer","CastType":"integer","TypeId":23,"TypeModifier":-1,"NotNull":true,"Kind":0,"IsCopied":true},{"Name":"item","Ordinal":2,"Type":"integer","CastType":"integer","TypeId":23,"TypeModifier":-1,"NotNull":false,"Kind":0,"IsCopied":true}],"Key":{"Kind":0,"Columns":[0]},"Pages":1,"EstimatedRows":-1,"Bytes":8192,"Fingerprint":"1:id:integer:n:Plain|2:item:integer:y:Plain"}],"EarlierForms":[],"Sequences":[],"Fingerprint":"16388 shop.item PrimaryKey 0 1:id:integer:n:Plain|2:name:text:y:Plain\n16395 shop.sale PrimaryKey 0 1:id:integer:n:Plain|2:item:integer:y:Plain"}','2026-11-29T20:37:38.1512456Z');
INSERT INTO document VALUES('shop','report',replace('{\n  "writable_side": "source",\n  "tables": 2,\n  "rows_copied": 150,\n  "rows_applied": null,\n  "transactions_applied": null,\n  "load_ms": 549.724,\n  "copy_ms": 137.1203,\n  "lag_ms": null,\n  "validation": {\n    "started_at": "2026-11-29T20:37:38.8512264+00:00",\n    "ended_at": "2026-11-29T20:37:39.0617907+00:00",\n    "mode": "one-position",\n    "position": "0/21B1A40",\n    "method": "pg-record-hash",\n    "tables": [\n      {\n        "table": {\n          "schema": "shop",\n          "name": "item"\n        },\n        "verdict": "equal",\n        "reason": null,\n        "source_rows": 100,\n        "target_rows": 100,\n        "buckets": 64,\n        "buckets_different": 0,\n        "missing": 0,\n        "extra": 0,\n        "changed": 0,\n        "counts_exact": true,\n        "not_compared": [],\n        "rows": [],\n        "duration": "00:00:00.0607642"\n      },\n      {\n        "table": {\n          "schema": "shop",\n          "name": "sale"\n        },\n        "verdict": "equal",\n        "reason": null,\n        "source_rows": 50,\n        "target_rows": 50,\n        "buckets": 64,\n        "buckets_different": 0,\n        "missing": 0,\n        "extra": 0,\n        "changed": 0,\n        "counts_exact": true,\n        "not_compared": [],\n        "rows": [],\n        "duration": "00:00:00.0048313"\n      }\n    ],\n    "verdict": "equal"\n  },\n  "predicted_pause_ms": null,\n  "write_pause_ms": null,\n  "steps": []\n}','\n',char(10)),'2026-11-29T20:37:39.0705221Z');
INSERT INTO document VALUES('shop','progress',replace('{\n  "run": "shop",\n  "phase": "cdc",\n  "at": "2026-11-29T20:37:43.151053+00:00",\n  "source": "127.0.0.1:45999/src_s1",\n  "target": "127.0.0.1:45999/dst_s1",\n  "safety": "both loaded, source writable",\n  "bytes_done": null,\n  "bytes_planned": null,\n  "rows_per_second": null,\n  "bytes_per_second": null,\n  "tables": [\n    {\n      "table": {\n        "schema": "shop",\n        "name": "item"\n      },\n      "activity": "done",\n      "rows_done": 100,\n      "rows_estimate": null,\n      "bytes_done": 16384,\n      "bytes_planned": 16384,\n      "note": "",\n      "attempt": 0,\n      "eta": null\n    },\n    {\n      "table": {\n        "schema": "shop",\n        "name": "sale"\n      },\n      "activity": "done",\n      "rows_done": 50,\n      "rows_estimate": null,\n      "bytes_done": 8192,\n      "bytes_planned": 8192,\n      "note": "",\n      "attempt": 0,\n      "eta": null\n    }\n  ],\n  "lag": "00:00:00",\n  "lag_bytes": null,\n  "apply_rows_per_second": 0,\n  "arrival_bytes_per_second": null,\n  "transactions_applied": 1,\n  "retained_log_bytes": 472,\n  "eta": null,\n  "notices": [],\n  "percent": null\n}','\n',char(10)),'2026-11-29T20:37:43.1547246Z');
INSERT INTO document VALUES('copied','plan','{"DatabaseIdentity":"7713695362497393734/16385","ServerVersion":"PostgreSQL 15.18 (Debian 15.18-0\u002Bdeb12u1)","Tables":[{"Table":{"Schema":"shop","Name":"item"},"SourceId":16388,"Columns":[{"Name":"id","Ordinal":1,"Type":"integer","CastType":"integer","TypeId":23,"TypeModifier":-1,"NotNull":true,"Kind":0,"IsCopied":true},{"Name":"name","Ordinal":2,"Type":"text","CastType":"text","TypeId":25,"TypeModifier":-1,"NotNull":false,"Kind":0,"IsCopied":true}],"Copied":[{"Name":"id","Ordinal":1,"Type":"integer","CastType":"integer","TypeId":23,"TypeModifier":-1,"NotNull":true,"Kind":0,"IsCopied":true},{"Name":"name","Ordinal":2,"Type":"text","CastType":"text","TypeId":25,"TypeModifier":-1,"NotNull":false,"Kind":0,"IsCopied":true}],"Key":{"Kind":0,"Columns":[0]},"Pages":1,"EstimatedRows":-1,"Bytes":16384,"Fingerprint":"1:id:integer:n:Plain|2:name:text:y:Plain"},{"Table":{"Schema":"shop","Name":"sale"},"SourceId":16395,"Columns":[{"Name":"id","Ordinal":1,"Type":"integer","CastType":"integer","TypeId":23,"TypeModifier":-1,"NotNull":true,"Kind":0,"IsCopied":true},{"Name":"item","Ordinal":2,"Type":"integer","CastType":"integer","TypeId":23,"TypeModifier":-1,"NotNull":false,"Kind":0,"IsCopied":true}],"Copied":[{"Name":"id","Ordinal":1,"Type":"integer","CastType":"integer","TypeId":23,"TypeModifier":-1,"NotNull":true,"Kind":0,"IsCopied":true},{"Name":"item","Ordinal":2,"Type":"integer","CastType":"integer","TypeId":23,"TypeModifier":-1,"NotNull":false,"Kind":0,"IsCopied":true}],"Key":{"Kind":0,"Columns":[0]},"Pages":1,"EstimatedRows":-1,"Bytes":8192,"Fingerprint":"1:id:integer:n:Plain|2:item:integer:y:Plain"}],"EarlierForms":[],"Sequences":[],"Fingerprint":"16388 shop.item PrimaryKey 0 1:id:integer:n:Plain|2:name:text:y:Plain\n16395 shop.sale PrimaryKey 0 1:id:integer:n:Plain|2:item:integer:y:Plain"}','2026-11-29T20:37:44.2126682Z');
INSERT INTO document VALUES('copied','report',replace('{\n  "writable_side": "source",\n  "tables": 2,\n  "rows_copied": 150,\n  "rows_applied": null,\n  "transactions_applied": null,\n  "load_ms": 567.8411,\n  "copy_ms": 137.9372,\n  "lag_ms": null,\n  "validation": {\n    "started_at": "2026-11-29T20:37:44.8467768+00:00",\n    "ended_at": "2026-11-29T20:37:44.966156+00:00",\n    "mode": "now",\n    "position": null,\n    "method": "pg-record-hash",\n    "tables": [\n      {\n        "table": {\n          "schema": "shop",\n          "name": "item"\n        },\n        "verdict": "equal",\n        "reason": null,\n        "source_rows": 100,\n        "target_rows": 100,\n        "buckets": 64,\n        "buckets_different": 0,\n        "missing": 0,\n        "extra": 0,\n        "changed": 0,\n        "counts_exact": true,\n        "not_compared": [],\n        "rows": [],\n        "duration": "00:00:00.0556718"\n      },\n      {\n        "table": {\n          "schema": "shop",\n          "name": "sale"\n        },\n        "verdict": "equal",\n        "reason": null,\n        "source_rows": 50,\n        "target_rows": 50,\n        "buckets": 64,\n        "buckets_different": 0,\n        "missing": 0,\n        "extra": 0,\n        "changed": 0,\n        "counts_exact": true,\n        "not_compared": [],\n        "rows": [],\n        "duration": "00:00:00.0054943"\n      }\n    ],\n    "verdict": "equal"\n  },\n  "predicted_pause_ms": null,\n  "write_pause_ms": null,\n  "steps": []\n}','\n',char(10)),'2026-11-29T20:37:45.0318436Z');
INSERT INTO document VALUES('copied','progress',replace('{\n  "run": "copied",\n  "phase": "complete",\n  "at": "2026-11-29T20:37:45.0386014+00:00",\n  "source": "127.0.0.1:45999/src_s1",\n  "target": "127.0.0.1:45999/dst2_s1",\n  "safety": "both loaded, source writable",\n  "bytes_done": null,\n  "bytes_planned": null,\n  "rows_per_second": null,\n  "bytes_per_second": null,\n  "tables": [\n    {\n      "table": {\n        "schema": "shop",\n        "name": "item"\n      },\n      "activity": "done",\n      "rows_done": 100,\n      "rows_estimate": null,\n      "bytes_done": 16384,\n      "bytes_planned": 16384,\n      "note": "",\n      "attempt": 0,\n      "eta": null\n    },\n    {\n      "table": {\n        "schema": "shop",\n        "name": "sale"\n      },\n      "activity": "done",\n      "rows_done": 50,\n      "rows_estimate": null,\n      "bytes_done": 8192,\n      "bytes_planned": 8192,\n      "note": "",\n      "attempt": 0,\n      "eta": null\n    }\n  ],\n  "lag": null,\n  "lag_bytes": null,\n  "apply_rows_per_second": null,\n  "arrival_bytes_per_second": null,\n  "transactions_applied": null,\n  "retained_log_bytes": null,\n  "eta": null,\n  "notices": [],\n  "percent": null\n}','\n',char(10)),'2026-11-29T20:37:45.0708847Z');
CREATE TABLE request (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    run         TEXT NOT NULL REFERENCES run (name),
    request     TEXT NOT NULL,
    asked_at    TEXT NOT NULL,
    exit_code   INTEGER,
    message     TEXT NOT NULL DEFAULT '',
    answered_at TEXT
) STRICT;
DELETE FROM sqlite_sequence;
CREATE INDEX request_open ON request (run, id) WHERE exit_code IS NULL;
PRAGMA user_version = 1;
PRAGMA application_id = 1332896616;
COMMIT;
