using Orchestrator.TestKit;

namespace Orchestrator.EndToEnd.Tests.HardCases;

/// <summary>CASES PP6 to PP9: documents, arrays, types users or extensions made.</summary>
[Trait("Needs", "PostgreSql")]
public sealed class DocumentAndUserTypeTests
{
    [Fact]
    public async Task PP6_json_keeps_its_text_and_jsonb_its_meaning()
    {
        await using var scene = await MigrationScene.OpenAsync("pp6", """
            CREATE TABLE t(id int PRIMARY KEY, j json, b jsonb, p jsonpath, js json[], bs jsonb[]);
            INSERT INTO t VALUES
                (1, '{"z": 1,  "a": 2, "z": 3}', '{"z": 1,  "a": 2, "z": 3}', '$.a[*] ? (@ > 1)', ARRAY['{"k": "a\"b"}', NULL]::json[], ARRAY['{"k": "a\"b"}', NULL]::jsonb[]),
                (2, '1e400', '1e400', 'strict $', '{}', '{}'), (3, '{"u": "\u0000 \ud83d\ude00"}', '{"u": "\ud83d\ude00 \\u0000"}', NULL, NULL, NULL),
                (4, 'null', 'null', NULL, ARRAY['null']::json[], ARRAY['null']::jsonb[]), (5, NULL, NULL, NULL, NULL, NULL),
                (6, '  [1.500, 1.5, -0.0, 12345678901234567890.1234567890]  ', '[1.500, 1.5, -0.0, 12345678901234567890.1234567890]', NULL, NULL, NULL),
                (7, '""', '""', NULL, NULL, NULL), (8, E'{"tab":"\\t","nl":"\\n"}', E'{"tab":"\\t","nl":"\\n"}', NULL, NULL, NULL);
            """);
        await TwiceTheValue.MoveAsync(scene, "t");
        Assert.Equal("""{"z": 1,  "a": 2, "z": 3}""", await scene.Target.QueryScalarAsync("SELECT j FROM t WHERE id = 1001"));
    }

    [Fact]
    public async Task PP7_arrays_keep_bounds_nulls_and_nesting()
    {
        await using var scene = await MigrationScene.OpenAsync("pp7", """
            CREATE TABLE t(id int PRIMARY KEY, i int[], x text[], n numeric[], d timestamptz[], b bytea[], v int2vector, o oidvector, bx box[]);
            INSERT INTO t VALUES
                (1, '{{1,2},{3,NULL}}', '{"",NULL,"NULL","a,b","{}","\"","\\",'' ''}', '{1.50,NaN,NULL}', '{infinity,2024-01-01 00:00+00,NULL}', '{"\\x","\\x00ff",NULL}', '1 2', '1 2 3', '{(1,1),(0,0);(3,3),(2,2)}'),
                (2, '[0:2]={7,8,9}', '[-1:0][2:3]={{a,b},{c,d}}', '{}', '{}', '{}', '', '', '{}'), (3, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
                (4, '{}', ARRAY[E'new\nline', E'tab\t', E'back\\slash', E'\\N', '\.', 'ünï']::text[], '{}', NULL, NULL, '', '', '{}'),
                (5, '{NULL}', '{NULL}', '{NULL}', '{NULL}', '{NULL}', '0', '0', NULL), (6, '{{{1},{2}},{{3},{4}}}', ARRAY[['x','y'],['z',NULL]], '{1,2}', NULL, NULL, NULL, NULL, NULL);
            """);
        await TwiceTheValue.MoveAsync(scene, "t");
        Assert.Equal("[-1:0][2:3]={{a,b},{c,d}}", await scene.Target.QueryScalarAsync("SELECT x FROM t WHERE id = 2002"));
    }

    private const string UserTypes = """
        CREATE SCHEMA kinds;
        CREATE TYPE kinds.mood AS ENUM ('sad', 'so,so', 'it''s "fine"', 'Ünïcode');
        CREATE DOMAIN kinds.positive AS numeric(10,2) CHECK (VALUE > 0);
        CREATE DOMAIN kinds.price AS kinds.positive CHECK (VALUE < 1000);
        CREATE TYPE kinds.part AS (name text, mood kinds.mood, price kinds.price, tags text[]);
        CREATE TYPE kinds.whole AS (first kinds.part, rest kinds.part[], "odd name" int);
        CREATE TYPE kinds.moods AS RANGE (subtype = kinds.mood);
        CREATE FUNCTION kinds.half(float8, float8) RETURNS float8 LANGUAGE sql IMMUTABLE AS 'SELECT ($1 - $2) / 2';
        CREATE TYPE kinds.floats AS RANGE (subtype = float8, subtype_diff = kinds.half, multirange_type_name = kinds.many_floats);
        CREATE DOMAIN kinds.some AS kinds.mood[] CHECK (array_length(VALUE, 1) < 5);
        CREATE TABLE t(id int PRIMARY KEY, e kinds.mood, es kinds.mood[], d kinds.price, ds kinds.price[], c kinds.part, cs kinds.part[], w kinds.whole,
            r int4range, tr tstzrange, nr numrange[], m int8multirange, ur kinds.moods, uf kinds.floats, um kinds.many_floats, so kinds.some);
        INSERT INTO t VALUES
            (1, 'so,so', '{"so,so",NULL,"it''s \"fine\""}', 12.50, '{1.00,NULL,999.99}', ROW('a "quoted", (b)', 'Ünïcode', 1.5, '{x,NULL,"y,z"}'),
             ARRAY[ROW('p1', 'sad', 2, NULL), NULL, ROW('', NULL, NULL, '{}')]::kinds.part[], ROW(ROW(E'\\ \n', 'sad', 3, '{}'), ARRAY[ROW('q', NULL, NULL, NULL)]::kinds.part[], 7),
             '[1,5)', '(,2024-01-01 00:00+00]', '{"[1.50,2.500)",empty,NULL}', '{[1,2),[5,9)}', '[sad,Ünïcode]', '(0.1,Infinity]', '{(-Infinity,-1],[0.1,0.2]}', '{sad,sad}'),
            (2, NULL, NULL, NULL, NULL, ROW(NULL, NULL, NULL, NULL), '{}', ROW(NULL, NULL, NULL), 'empty', 'empty', '{}', '{}', 'empty', 'empty', '{}', '{}'),
            (3, 'it''s "fine"', '{}', 0.01, '{}', NULL, NULL, NULL, '(,)', '[-infinity,infinity]', NULL, NULL, '(,sad]', NULL, NULL, NULL);
        CREATE TABLE keyed(mood kinds.mood, price kinds.price, r int4range, n int, PRIMARY KEY (mood, price, r));
        INSERT INTO keyed VALUES ('sad', 1.5, '[1,2)', 1), ('sad', 1.5, '[2,3)', 2), ('Ünïcode', 9, 'empty', 3);
        """;

    [Fact]
    public async Task PP8_user_types_are_created_in_order_and_keep_their_values()
    {
        await using var scene = await MigrationScene.OpenAsync("pp8", UserTypes);
        await scene.FollowAsync();
        await TwiceTheValue.FollowAsync(scene.Source, "t");
        await scene.Source.PsqlAsync("""
            UPDATE keyed SET n = 20 WHERE r = '[2,3)'; DELETE FROM keyed WHERE r = 'empty'; INSERT INTO keyed VALUES ('it''s "fine"', 999.99, '(,)', 5);
            UPDATE keyed SET mood = 'so,so' WHERE n = 1; INSERT INTO keyed VALUES ('sad', 1.5, '[1,2)', 6);
            """);
        await scene.FinishAsync();
        await TwiceTheValue.RequireAlikeAsync(scene.Target, "t");
        Assert.Equal("4", await scene.Target.QueryScalarAsync("SELECT count(*) FROM keyed"));
    }

    [Fact]
    public async Task PP8_an_enum_value_added_while_changes_are_followed_stops_the_run_by_name_and_resumes_once_added()
    {
        await using var scene = await MigrationScene.OpenAsync("pp8_enum", UserTypes);
        await scene.FollowAsync();
        await scene.Source.ExecuteAsync("ALTER TYPE kinds.mood ADD VALUE 'brand new' BEFORE 'sad'");
        await scene.Source.ExecuteAsync("INSERT INTO t(id, e) VALUES (10, 'brand new')");
        var error = await scene.FailureAsync();
        Assert.Equal("E-DATA-001", error.Code);
        Assert.Equal("public.t", error.Table);
        Assert.Contains("brand new", error.Message, StringComparison.Ordinal);
        Assert.Equal("3", await scene.Target.QueryScalarAsync("SELECT count(*) FROM t"));
        await scene.Target.ExecuteAsync("ALTER TYPE kinds.mood ADD VALUE 'brand new' BEFORE 'sad'");
        await scene.ResumeAsync();
        await scene.FinishAsync();
        Assert.Equal("brand new", await scene.Target.QueryScalarAsync("SELECT e FROM t WHERE id = 10"));
    }

    [Fact]
    public async Task PP9_extension_and_network_and_geometric_types_are_exact()
    {
        await using var scene = await MigrationScene.OpenAsync("pp9", """
            CREATE SCHEMA ext; CREATE EXTENSION hstore SCHEMA ext; CREATE EXTENSION citext SCHEMA ext; CREATE EXTENSION ltree; CREATE EXTENSION cube;
            SET search_path = public, ext;
            CREATE TABLE t(id int PRIMARY KEY, h hstore, c citext, l ltree, ls ltree[], q lquery, tv tsvector, tq tsquery, u uuid, ip inet, net cidr, m macaddr, m8 macaddr8,
                b bit(5), vb varbit, x xml, pt point, ln line, sg lseg, bx box, pa path, pg polygon, ci circle, lsn pg_lsn, o oid, xi xid8, n name, ch "char", cu cube, hs hstore[], rc regclass);
            INSERT INTO t VALUES
                (1, 'a=>1, "b c"=>NULL, "q\"\\"=>"v=>\"x\", y"', 'MiXeD', 'Top.Sub_1.x', '{a.b,NULL}', '*.a@{1,2}.!b', $$'a':1A,2B 'it''s':3 'x y'$$, $$'a' & !('b':A | 'c':*)$$,
                 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', '192.168.0.5/24', '10.0.0.0/8', '08:00:2b:01:02:03', '08:00:2b:01:02:03:04:05', B'10101', B'', '<?xml version="1.0"?><a b="&lt;">t&amp;</a>',
                 '(0.1,-1e-300)', '{1,-1,0.3}', '[(0,0),(1,1)]', '(3,4),(1,2)', '[(0,0),(1,1),(2,0)]', '((0,0),(1,1),(2,0))', '<(0,0),1.5>', '16/B374D848', 4294967295, '18446744073709551615', 'name', E'\\377', '(1,2),(3,4)', ARRAY['a=>NULL'::hstore], 'pg_catalog.pg_class'),
                (2, '', '', '', '{}', NULL, '', '', '00000000-0000-0000-0000-000000000000', '::1', '::/0', NULL, NULL, B'00000', B'1', 'just text', '(Infinity,NaN)', NULL, NULL, NULL, '((0,0))', '((0,0))', '<(1,1),0>', '0/0', 0, '0', '', '', '(1)', '{}', 't'),
                (3, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '2001:db8::1/64', '2001:db8::/32', 'ff:ff:ff:ff:ff:ff', NULL, NULL, B'110010101', '', '(-0,0)', NULL, NULL, NULL, '[(1,2)]', NULL, NULL, 'FFFFFFFF/FFFFFFFF', NULL, NULL, NULL, 'x', NULL, NULL, NULL);
            CREATE DOMAIN ext.mail AS citext; CREATE DOMAIN ext.strict_mail AS ext.mail CHECK (VALUE <> '');
            CREATE TABLE people(nick citext PRIMARY KEY, v int); INSERT INTO people VALUES ('Alice', 1), ('BOB', 2), ('carol', 3);
            CREATE TABLE mails(mail ext.strict_mail, at ltree, v int, PRIMARY KEY (mail, at)); INSERT INTO mails VALUES ('A@x', 'a.b', 1), ('B@x', 'a', 2), ('C@x', 'a', 3);
            """);
        await scene.FollowAsync();
        await TwiceTheValue.FollowAsync(scene.Source, "public.t");
        await scene.Source.PsqlAsync("""
            SET search_path = public, ext;
            UPDATE people SET v = 10 WHERE nick = 'alice'; UPDATE people SET nick = 'bob' WHERE nick = 'BOB'; DELETE FROM people WHERE nick = 'CAROL'; INSERT INTO people VALUES ('Carol', 4);
            BEGIN; DELETE FROM people WHERE nick = 'alice'; INSERT INTO people VALUES ('ALICE', 11); COMMIT;
            UPDATE mails SET v = 10 WHERE mail = 'a@X'; UPDATE mails SET mail = 'b@x' WHERE mail = 'B@x'; DELETE FROM mails WHERE mail = 'c@x'; INSERT INTO mails VALUES ('c@X', 'a', 30);
            """);
        await scene.FinishAsync();
        await TwiceTheValue.RequireAlikeAsync(scene.Target, "public.t");
        Assert.Equal("ALICE11,Carol4,bob2", await scene.Target.QueryScalarAsync("SELECT string_agg(nick::text || v, ',' ORDER BY nick::text COLLATE \"C\") FROM people"));
    }
}
