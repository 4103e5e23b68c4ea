using Orchestrator.TestKit;

namespace Orchestrator.EndToEnd.Tests.HardCases;

/// <summary>CASES K1 to K3: hostile names, tables without a key, every replica identity.</summary>
[Trait("Needs", "PostgreSql")]
public sealed class KeyAndNameTests
{
    [Fact]
    public async Task K1_hostile_names_are_data_everywhere()
    {
        var longest = new string('l', 62) + "X";
        await using var scene = await MigrationScene.OpenAsync("k1", $"""""
            CREATE TABLE users(id int PRIMARY KEY, v text); INSERT INTO users VALUES (1, 'alive');
            CREATE SCHEMA "s""; DROP SCHEMA public CASCADE; --"; CREATE SCHEMA "Ünï $$ {longest[..40]}"; CREATE SCHEMA "a.b";
            CREATE TABLE "x""; DROP TABLE users; --"("id""; --" int PRIMARY KEY, "select" text, "a'b\c" text, "%s %I" text, "new
            line" int, "{longest}" int UNIQUE);
            INSERT INTO "x""; DROP TABLE users; --" VALUES (1, 's', 'b', 'p', 1, 1), (2, NULL, E'\\', '%', 2, 2);
            CREATE TABLE "s""; DROP SCHEMA public CASCADE; --"."with MyTableName
             AS (SELECT 1)"("""dqname""" serial PRIMARY KEY, v text DEFAULT 'x', "$orchestrator$" int);
            INSERT INTO "s""; DROP SCHEMA public CASCADE; --"."with MyTableName
             AS (SELECT 1)"(v) VALUES ('1'), ('2');
            CREATE TABLE "a.b"."c.d"("e.f" int GENERATED ALWAYS AS IDENTITY (SEQUENCE NAME "a.b"."q"";'--") PRIMARY KEY, "ref id" int REFERENCES "x""; DROP TABLE users; --");
            INSERT INTO "a.b"."c.d"("ref id") VALUES (1), (2);
            CREATE TABLE "Ünï $$ {longest[..40]}"."{longest}"(k text, "K" text, PRIMARY KEY (k, "K")); INSERT INTO "Ünï $$ {longest[..40]}"."{longest}" VALUES ('a', 'b');
            CREATE TABLE "--"("/*" int PRIMARY KEY); CREATE TABLE " lead and trail "("*/" int, "?" int, "$1" int, ":p" int, "@p" int, PRIMARY KEY ("$1", "@p"));
            INSERT INTO " lead and trail " VALUES (1, 2, 3, 4, 5);
            CREATE SEQUENCE "seq'; SELECT ""1"; SELECT nextval('"seq''; SELECT ""1"'); CREATE TYPE "t'y""p" AS ENUM ('"', ''''); CREATE TABLE typed(id int PRIMARY KEY, v "t'y""p"[]); INSERT INTO typed VALUES (1, ARRAY['"', '''']::"t'y""p"[]);
            CREATE INDEX "i""; DROP TABLE users; --" ON "x""; DROP TABLE users; --"("select"); ALTER TABLE "x""; DROP TABLE users; --" ADD CONSTRAINT "c""x" CHECK ("id""; --" > 0);
            CREATE FUNCTION nothing() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'; CREATE TRIGGER "t""; DROP TABLE users; --" BEFORE INSERT ON users FOR EACH ROW EXECUTE FUNCTION nothing(); ALTER TABLE users ENABLE ALWAYS TRIGGER "t""; DROP TABLE users; --";
            """"");
        await scene.MoveAsync($"""""
            UPDATE "x""; DROP TABLE users; --" SET "%s %I" = '%s', "new
            line" = 5 WHERE "id""; --" = 1; INSERT INTO "x""; DROP TABLE users; --"("id""; --", "{longest}") VALUES (3, 3); DELETE FROM "a.b"."c.d" WHERE "e.f" = 1; INSERT INTO "a.b"."c.d"("ref id") VALUES (3);
            INSERT INTO "s""; DROP SCHEMA public CASCADE; --"."with MyTableName
             AS (SELECT 1)"(v, "$orchestrator$") VALUES ('3', 3); UPDATE "Ünï $$ {longest[..40]}"."{longest}" SET "K" = 'c'; INSERT INTO "--" VALUES (1); TRUNCATE "--"; INSERT INTO "--" VALUES (2);
            UPDATE " lead and trail " SET "?" = 20, "@p" = 50; UPDATE typed SET v = ARRAY['''']::"t'y""p"[]; INSERT INTO users VALUES (2, 'too');
            """"");
        Assert.Equal("2", await scene.Target.QueryScalarAsync("SELECT count(*) FROM users"));
    }

    [Fact]
    public async Task K2_tables_without_a_key_keep_their_exact_multiset()
    {
        await using var scene = await MigrationScene.OpenAsync("k2", """
            CREATE TABLE dup(a int, b text); INSERT INTO dup SELECT 1, 'same' FROM generate_series(1, 3); INSERT INTO dup VALUES (NULL, NULL), (NULL, NULL), (2, ''), (2, NULL);
            CREATE TABLE odd(f float8, j json, n numeric, c char(4), x xml, p point, big text);
            INSERT INTO odd VALUES ('NaN', '{"a": 1}', 1.5, 'a', '<a/>', '(1,2)', repeat('x', 20000)), ('-0', '{"a":1}', 1.50, 'a ', '<a></a>', '(1,2)', NULL), (0, NULL, 'NaN', NULL, NULL, NULL, ''), (0.1, 'null', 1.5, '', '', '(-0,0)', 'y');
            UPDATE odd SET big = (SELECT string_agg(md5(i::text), '') FROM generate_series(1, 1000) i) WHERE n = 'NaN';
            CREATE TABLE uniq(k int NOT NULL, v text); CREATE UNIQUE INDEX uniq_k ON uniq(k); INSERT INTO uniq VALUES (1, 'a'), (2, 'b'), (3, 'c'); ALTER TABLE uniq REPLICA IDENTITY USING INDEX uniq_k;
            ALTER TABLE dup REPLICA IDENTITY FULL; ALTER TABLE odd REPLICA IDENTITY FULL;
            """);
        await scene.MoveAsync("""
            DELETE FROM dup WHERE ctid = (SELECT min(ctid) FROM dup WHERE a = 1); UPDATE dup SET b = 'other' WHERE ctid = (SELECT min(ctid) FROM dup WHERE a = 1); DELETE FROM dup WHERE ctid = (SELECT min(ctid) FROM dup WHERE a IS NULL);
            INSERT INTO dup VALUES (2, NULL), (2, ''); DELETE FROM dup WHERE b = ''; UPDATE dup SET a = 9 WHERE a = 2;
            UPDATE odd SET c = 'bb' WHERE f = 'NaN'; DELETE FROM odd WHERE f::text = '-0'; UPDATE odd SET f = '-0' WHERE n = 'NaN'; UPDATE odd SET j = '[1, 2]', n = 1.50 WHERE f = 0.1;
            UPDATE uniq SET v = 'bb' WHERE k = 2; UPDATE uniq SET k = 10 WHERE k = 1; DELETE FROM uniq WHERE k = 3; INSERT INTO uniq VALUES (1, 'again');
            BEGIN; UPDATE uniq SET k = -k; UPDATE uniq SET k = -k + 1; COMMIT;
            """);
        Assert.Equal("1 1", await scene.Target.QueryScalarAsync("SELECT concat_ws(' ', (SELECT count(*) FROM dup WHERE b = 'same'), (SELECT count(*) FROM dup WHERE b = 'other'))"));
    }

    [Fact]
    public async Task K2_tables_without_any_identity_are_refused_by_name_and_the_application_is_not_hurt()
    {
        await using var scene = await MigrationScene.OpenAsync("k2_refused", """
            CREATE TABLE bare(a int); INSERT INTO bare VALUES (1); CREATE TABLE maybe(k int UNIQUE, v int); CREATE TABLE fine(k int PRIMARY KEY); CREATE TABLE late(k int PRIMARY KEY DEFERRABLE);
            CREATE TABLE none(k int PRIMARY KEY); ALTER TABLE none REPLICA IDENTITY NOTHING; CREATE TABLE lost(k int NOT NULL); CREATE UNIQUE INDEX lost_k ON lost(k); ALTER TABLE lost REPLICA IDENTITY USING INDEX lost_k; DROP INDEX lost_k;
            """);
        var blockers = await scene.BlockersAsync();
        Assert.Equal(["public.bare", "public.late", "public.lost", "public.maybe", "public.none"], blockers.Select(b => b.Split(' ')[1]).Order(StringComparer.Ordinal));
        await scene.Source.ExecuteAsync("UPDATE bare SET a = 2");
        Assert.Equal("0", await scene.Source.QueryScalarAsync("SELECT count(*) FROM pg_publication"));
    }

    [Fact]
    public async Task K3_every_replica_identity_is_followed()
    {
        const string values = "(1, 10, 'a', repeat('x', 10)), (2, 20, 'b', NULL), (3, 30, 'c', ''), (4, 40, 'd', 'z')";
        var tables = string.Concat(new[] { "DEFAULT", "FULL", "USING INDEX" }.Select((identity, i) => $"""
            CREATE TABLE t{i}(id int PRIMARY KEY, u int NOT NULL, v text, big text); CREATE UNIQUE INDEX t{i}_u ON t{i}(u); INSERT INTO t{i} VALUES {values};
            UPDATE t{i} SET big = (SELECT string_agg(md5(i::text), '') FROM generate_series(1, 1000) i) WHERE id IN (1, 3);
            ALTER TABLE t{i} REPLICA IDENTITY {identity}{(identity == "USING INDEX" ? $" t{i}_u" : "")};
            """));
        await using var scene = await MigrationScene.OpenAsync("k3", tables);
        await scene.MoveAsync(string.Concat(Enumerable.Range(0, 3).Select(i => $"""
            UPDATE t{i} SET v = 'changed' WHERE id = 1; UPDATE t{i} SET id = 11 WHERE id = 1; UPDATE t{i} SET u = 31 WHERE id = 3; UPDATE t{i} SET id = 33, u = 33, v = NULL WHERE id = 3;
            DELETE FROM t{i} WHERE id = 2; INSERT INTO t{i} VALUES (2, 20, 'again', NULL); BEGIN; UPDATE t{i} SET u = u + 1000; UPDATE t{i} SET id = id + 1000; COMMIT;
            """)));
    }
}
