using Orchestrator.TestKit;

namespace Orchestrator.EndToEnd.Tests.HardCases;

/// <summary>CASES K4 to K6: foreign keys, triggers, unique values that move between rows, odd constraints.</summary>
[Trait("Needs", "PostgreSql")]
public sealed class ConstraintTests
{
    [Fact]
    public async Task K4_foreign_keys_of_every_shape_hold_and_stay_what_they_were()
    {
        await using var scene = await MigrationScene.OpenAsync("k4", """
            CREATE SCHEMA other; CREATE TABLE other.country(code text PRIMARY KEY); INSERT INTO other.country VALUES ('de'), ('fr');
            CREATE TABLE a(id int PRIMARY KEY, b int, country text REFERENCES other.country ON UPDATE CASCADE ON DELETE SET NULL); CREATE TABLE b(id int PRIMARY KEY, a int NOT NULL REFERENCES a ON DELETE CASCADE);
            ALTER TABLE a ADD CONSTRAINT circle FOREIGN KEY (b) REFERENCES b DEFERRABLE INITIALLY DEFERRED;
            CREATE TABLE tree(id int PRIMARY KEY, up int REFERENCES tree ON DELETE CASCADE); INSERT INTO tree VALUES (1, NULL), (2, 1), (3, 2), (4, 4);
            BEGIN; INSERT INTO a VALUES (1, 1, 'de'), (2, 2, 'fr'); INSERT INTO b VALUES (1, 1), (2, 2); COMMIT;
            CREATE TABLE orphan(id int PRIMARY KEY, a int); INSERT INTO orphan VALUES (1, 999), (2, 1); ALTER TABLE orphan ADD CONSTRAINT unchecked FOREIGN KEY (a) REFERENCES a NOT VALID;
            ALTER TABLE orphan ADD CONSTRAINT small CHECK (id < 2) NOT VALID;
            """);
        await scene.MoveAsync("""
            BEGIN; INSERT INTO a VALUES (3, 3, 'de'); INSERT INTO b VALUES (3, 3); COMMIT; DELETE FROM orphan WHERE id = 2; DELETE FROM a WHERE id = 1; UPDATE other.country SET code = 'DE' WHERE code = 'de'; DELETE FROM other.country WHERE code = 'fr';
            BEGIN; UPDATE a SET b = NULL WHERE id = 2; DELETE FROM b WHERE id = 2; INSERT INTO b VALUES (20, 2); UPDATE a SET b = 20 WHERE id = 2; COMMIT;
            DELETE FROM tree WHERE id = 2; INSERT INTO tree VALUES (5, 5); UPDATE tree SET id = 40, up = 40 WHERE id = 4;
            """);
        Assert.Equal("circle|t|t|t,small|f|f|f,unchecked|f|f|f", await scene.Target.QueryScalarAsync(
            "SELECT string_agg(concat_ws('|', conname, convalidated, condeferrable, condeferred), ',' ORDER BY conname) FROM pg_constraint WHERE conname IN ('circle', 'small', 'unchecked')"));
        const string keys = "SELECT string_agg(conname || pg_get_constraintdef(oid), ',' ORDER BY conname) FROM pg_constraint WHERE contype = 'f'";
        Assert.Equal(await scene.Source.QueryScalarAsync(keys), await scene.Target.QueryScalarAsync(keys));
    }

    [Fact]
    public async Task K4_user_triggers_are_silent_until_the_cutover_and_keep_their_mode()
    {
        await using var scene = await MigrationScene.OpenAsync("k4_triggers", """
            CREATE TABLE t(id int PRIMARY KEY, v text); CREATE TABLE log(id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, what text); CREATE TABLE ruled(id int PRIMARY KEY);
            CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN INSERT INTO log(what) VALUES (TG_NAME || '':'' || NEW.id); RETURN NEW; END';
            CREATE FUNCTION forbid() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''fired''; END';
            CREATE TRIGGER plain AFTER INSERT ON t FOR EACH ROW EXECUTE FUNCTION note(); CREATE TRIGGER always AFTER INSERT ON t FOR EACH ROW EXECUTE FUNCTION note(); ALTER TABLE t ENABLE ALWAYS TRIGGER always;
            CREATE TRIGGER replica BEFORE INSERT OR DELETE ON t FOR EACH ROW EXECUTE FUNCTION forbid(); ALTER TABLE t ENABLE REPLICA TRIGGER replica;
            CREATE TRIGGER off BEFORE UPDATE ON t FOR EACH ROW EXECUTE FUNCTION forbid(); ALTER TABLE t DISABLE TRIGGER off;
            CREATE RULE twice AS ON INSERT TO ruled DO ALSO INSERT INTO log(what) VALUES ('ruled'); INSERT INTO t VALUES (1, 'a'); INSERT INTO ruled VALUES (1);
            """);
        await scene.MoveAsync("INSERT INTO t VALUES (2, 'b'); UPDATE t SET v = 'c'; DELETE FROM t WHERE id = 1; INSERT INTO ruled VALUES (2);");
        Assert.Equal("always:A,off:D,plain:O,replica:R", await scene.Target.QueryScalarAsync(
            "SELECT string_agg(tgname || ':' || tgenabled::text, ',' ORDER BY tgname) FROM pg_trigger WHERE NOT tgisinternal"));
        var before = await scene.Target.QueryScalarAsync("SELECT count(*) FROM log");
        await scene.Target.ExecuteAsync("INSERT INTO t VALUES (3, 'after'); INSERT INTO ruled VALUES (3)");
        Assert.Equal("6", before);
        Assert.Equal("9", await scene.Target.QueryScalarAsync("SELECT count(*) FROM log"));
    }

    [Fact]
    public async Task K5_unique_values_that_move_between_rows_end_where_they_belong()
    {
        await using var scene = await MigrationScene.OpenAsync("k5", """
            CREATE TABLE t(id int PRIMARY KEY, u int UNIQUE, part text, active bool, mail text, nn int UNIQUE NULLS NOT DISTINCT, d int UNIQUE DEFERRABLE INITIALLY DEFERRED, big text);
            CREATE UNIQUE INDEX t_active ON t(part) WHERE active; CREATE UNIQUE INDEX t_mail ON t(lower(mail));
            INSERT INTO t SELECT i, i, 'p' || i / 2, i % 2 = 0, 'M' || i, i, i, 'b' FROM generate_series(1, 20) i; UPDATE t SET nn = NULL WHERE id = 20;
            UPDATE t SET big = (SELECT string_agg(md5(i::text), '') FROM generate_series(1, 1000) i) WHERE id IN (1, 2, 3);
            """);
        await scene.MoveAsync("""
            BEGIN; UPDATE t SET u = -1 WHERE id = 1; UPDATE t SET u = 1 WHERE id = 2; UPDATE t SET u = 2 WHERE id = 1; COMMIT;
            BEGIN; DELETE FROM t WHERE id = 3; INSERT INTO t(id, u, nn, d) VALUES (103, 3, 3, 3); COMMIT;
            BEGIN; UPDATE t SET u = 104 WHERE id = 4; INSERT INTO t(id, u, nn, d) VALUES (104, 4, 104, 104); COMMIT;
            BEGIN; UPDATE t SET active = false WHERE id = 4; UPDATE t SET active = true WHERE id = 5; COMMIT;
            BEGIN; UPDATE t SET mail = 'tmp' WHERE id = 6; UPDATE t SET mail = 'm6' WHERE id = 7; UPDATE t SET mail = 'm7' WHERE id = 6; COMMIT;
            BEGIN; UPDATE t SET nn = 1000 WHERE id = 20; UPDATE t SET nn = NULL WHERE id = 8; UPDATE t SET nn = 8 WHERE id = 20; COMMIT;
            BEGIN; UPDATE t SET d = d + 1 WHERE id BETWEEN 9 AND 19; UPDATE t SET d = 9 WHERE id = 20; COMMIT;
            BEGIN; UPDATE t SET id = 1000 WHERE id = 1; UPDATE t SET id = 1 WHERE id = 2; UPDATE t SET id = 2 WHERE id = 1000; COMMIT;
            BEGIN; DELETE FROM t WHERE id = 10; INSERT INTO t(id, u, nn, d) VALUES (10, 10, 10, 2000); UPDATE t SET u = 11000 WHERE id = 11; UPDATE t SET u = 11 WHERE id = 10; COMMIT;
            """);
        Assert.Equal("2:2 1:1", await scene.Target.QueryScalarAsync("SELECT string_agg(id || ':' || u, ' ' ORDER BY id DESC) FROM t WHERE id IN (1, 2)"));
    }

    [Fact]
    public async Task K6_exclusion_and_deferrable_constraints_and_huge_index_definitions_are_created()
    {
        var terms = string.Join(" OR ", Enumerable.Range(0, 250).Select(i => $"v = 'value number {i}'"));
        await using var scene = await MigrationScene.OpenAsync("k6", $"""
            CREATE EXTENSION btree_gist; CREATE COLLATION german (provider = icu, locale = 'de-u-kn-true', deterministic = false);
            CREATE TABLE room(id int PRIMARY KEY, r int, during tsrange, EXCLUDE USING gist (r WITH =, during WITH &&), CONSTRAINT late EXCLUDE USING gist (id WITH =, r WITH <>) DEFERRABLE INITIALLY DEFERRED);
            INSERT INTO room VALUES (1, 1, '[2024-01-01,2024-01-02)'), (2, 1, '[2024-01-02,2024-01-03)'), (3, 2, 'empty');
            CREATE TABLE t(id int, v text COLLATE german, w text COLLATE german, x text COLLATE "C", CONSTRAINT pk PRIMARY KEY (id) INCLUDE (x), CONSTRAINT dv UNIQUE (v) DEFERRABLE INITIALLY IMMEDIATE, CONSTRAINT dw UNIQUE (w, x) DEFERRABLE INITIALLY DEFERRED);
            INSERT INTO t SELECT i, 'v' || i, 'w' || i, 'x' FROM generate_series(1, 10) i; CREATE INDEX huge ON t (id) WHERE {terms}; CREATE INDEX twice ON t (v COLLATE german, w COLLATE german DESC NULLS LAST, (x || v) COLLATE "C" text_pattern_ops);
            CREATE INDEX brinned ON t USING brin (id) WITH (pages_per_range = 4); ALTER INDEX twice ALTER COLUMN 3 SET STATISTICS 200; CLUSTER t USING pk; CREATE STATISTICS st (dependencies) ON v, w FROM t;
            """);
        await scene.MoveAsync("""
            BEGIN; UPDATE room SET during = '[2025-01-01,2025-01-02)' WHERE id = 1; UPDATE room SET during = '[2024-01-01,2024-01-02)' WHERE id = 2; INSERT INTO room VALUES (4, 1, '[2024-01-02,2024-01-03)'); COMMIT;
            UPDATE t SET v = 'v' || (id + 100) WHERE id < 3; BEGIN; SET CONSTRAINTS ALL DEFERRED; UPDATE t SET v = 'v4' WHERE id = 3; UPDATE t SET v = 'v3' WHERE id = 4; COMMIT;
            BEGIN; UPDATE t SET w = 'w6' WHERE id = 5; UPDATE t SET w = 'w5' WHERE id = 6; COMMIT; DELETE FROM t WHERE id = 7;
            """);
        const string defined = "SELECT md5(string_agg(d, chr(10) ORDER BY d)) FROM (SELECT pg_get_indexdef(indexrelid) || indisclustered::text || indimmediate::text AS d FROM pg_index WHERE indrelid IN ('room'::regclass, 't'::regclass) UNION ALL SELECT conname || pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid IN ('room'::regclass, 't'::regclass)) x";
        Assert.Equal(await scene.Source.QueryScalarAsync(defined), await scene.Target.QueryScalarAsync(defined));
    }
}
