using Orchestrator.Core.Assessment;
using Orchestrator.Core.Reading;

namespace Orchestrator.Engines.PostgreSql.Tests.Assessment;

[Collection(AssessmentCollection.Name)]
[Trait("Needs", "PostgreSql")]
public sealed class RelationCheckTests(AssessmentServers servers)
{
    [Fact]
    public async Task PP16_every_kind_of_relation_has_its_rule()
    {
        var pair = await servers.PairAsync("""
            CREATE UNLOGGED TABLE scratch(id int PRIMARY KEY);
            CREATE FOREIGN DATA WRAPPER nowhere; CREATE SERVER far FOREIGN DATA WRAPPER nowhere;
            CREATE FOREIGN TABLE remote(id int) SERVER far;
            CREATE TABLE parted(id int, PRIMARY KEY (id)) PARTITION BY RANGE (id);
            CREATE TABLE parted_1 PARTITION OF parted FOR VALUES FROM (0) TO (10);
            CREATE TABLE parted_f(id int) PARTITION BY RANGE (id);
            CREATE FOREIGN TABLE leaf_far PARTITION OF parted_f FOR VALUES FROM (10) TO (20) SERVER far;
            CREATE TABLE parent(id int PRIMARY KEY); CREATE TABLE child(PRIMARY KEY (id)) INHERITS (parent);
            CREATE MATERIALIZED VIEW shown AS SELECT 1 AS one;
            """);
        var report = await pair.AssessAsync();
        Assert.Equal(Severity.Blocker, report.Finding("F-TBL-002", "public.scratch").Severity);
        Assert.Equal(Severity.Warning, report.Finding("F-TBL-003", "public.remote").Severity);
        Assert.Equal(Severity.Blocker, report.Finding("F-TBL-004", "public.leaf_far").Severity);
        Assert.Equal(Severity.Note, report.Finding("F-TBL-005", "2 partitioned tables").Severity);
        Assert.Equal(Severity.Note, report.Finding("F-TBL-006", "public.parent").Severity);
        Assert.Equal(Severity.Note, report.Finding("F-TBL-007", "public.shown").Severity);

        await pair.SourceAsync(report.Finding("F-TBL-002", "public.scratch").Fix);
        await pair.SourceAsync(report.Finding("F-TBL-004", "public.leaf_far").Fix);
        var after = await pair.AssessAsync();
        after.HasNone("F-TBL-002");
        after.HasNone("F-TBL-004");
        Assert.False(after.IsBlocked, string.Join('\n', after.Findings));
    }

    [Fact]
    public async Task PP16_tables_that_are_left_out_are_not_judged()
    {
        var pair = await servers.PairAsync("CREATE UNLOGGED TABLE scratch(id int); CREATE TABLE kept(id int PRIMARY KEY)");
        var report = await pair.AssessAsync(AssessedPair.Request with { Selection = new TableSelection([], ["scratch"]) });
        Assert.False(report.IsBlocked, string.Join('\n', report.Findings));
        Assert.Equal(1, report.Measures.Tables);
    }

    [Fact]
    public async Task PP11_large_objects_are_refused_by_count()
    {
        var pair = await servers.PairAsync("SELECT lo_from_bytea(0, 'a'), lo_from_bytea(0, 'b')");
        var finding = (await pair.AssessAsync()).Finding("F-TBL-008", "large objects");
        Assert.Equal(Severity.Blocker, finding.Severity);
        Assert.StartsWith("2 large objects", finding.Why, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Empty_selection_is_a_warning()
    {
        var pair = await servers.PairAsync();
        Assert.Equal(Severity.Warning, (await pair.AssessAsync()).Finding("F-TBL-001", "source").Severity);
    }

    [Fact]
    public async Task PP12_PP15_columns_with_a_rule_of_their_own_are_noted()
    {
        var pair = await servers.PairAsync("""
            CREATE TABLE g(id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, a int, b int GENERATED ALWAYS AS (a + 1) STORED);
            CREATE TABLE nothing(); ALTER TABLE nothing REPLICA IDENTITY FULL;
            CREATE TABLE only_generated(b int GENERATED ALWAYS AS (1) STORED); ALTER TABLE only_generated REPLICA IDENTITY FULL;
            DO $$ BEGIN EXECUTE 'CREATE TABLE wide(id int PRIMARY KEY,' || (SELECT string_agg('c' || i || ' int', ',') FROM generate_series(1, 1000) i) || ')'; END $$;
            """);
        var report = await pair.AssessAsync();
        Assert.Contains("public.g.b, public.only_generated.b", report.Finding("F-COL-001", "2 columns").Why, StringComparison.Ordinal);
        report.Finding("F-COL-002", "public.g.id");
        Assert.Contains("public.nothing, public.only_generated", report.Finding("F-COL-003", "2 tables").Why, StringComparison.Ordinal);
        Assert.StartsWith("1001 columns", report.Finding("F-COL-004", "public.wide").Why, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Types_that_mean_something_only_on_their_server_are_named_through_arrays_and_domains()
    {
        var pair = await servers.PairAsync("""
            CREATE DOMAIN tab AS regclass;
            CREATE TABLE t(id int PRIMARY KEY, a regclass, b tab, c regtype[], d pg_lsn, e oid);
            CREATE TYPE own; CREATE FUNCTION own_in(cstring) RETURNS own AS 'textin' LANGUAGE internal IMMUTABLE STRICT;
            CREATE FUNCTION own_out(own) RETURNS cstring AS 'textout' LANGUAGE internal IMMUTABLE STRICT;
            CREATE TYPE own (INPUT = own_in, OUTPUT = own_out, LIKE = text);
            CREATE TABLE u(id int PRIMARY KEY, o own);
            """);
        var report = await pair.AssessAsync();
        var names = report.Finding("F-TYP-001", "3 columns");
        Assert.Equal(Severity.Warning, names.Severity);
        Assert.Contains("public.t.b (regclass)", names.Why, StringComparison.Ordinal);
        report.Finding("F-TYP-002", "public.t.d (pg_lsn)");
        report.Finding("F-TYP-003", "public.t.e (oid)");
        report.Finding("F-TYP-004", "public.u.o (own)");
    }

    [Fact]
    public async Task K4_K5_K6_constraints_indexes_triggers_and_rules_are_named()
    {
        var pair = await servers.PairAsync("""
            CREATE TABLE other(id int PRIMARY KEY);
            CREATE TABLE t(id int PRIMARY KEY, a int, b int, r int4range, o int REFERENCES other,
                CONSTRAINT later UNIQUE (b) DEFERRABLE, CONSTRAINT apart EXCLUDE USING gist (r WITH &&));
            ALTER TABLE t ADD CONSTRAINT positive CHECK (a > 0) NOT VALID;
            CREATE UNIQUE INDEX partial ON t(a) WHERE a > 5; CREATE UNIQUE INDEX nulls ON t(a) NULLS NOT DISTINCT; CREATE UNIQUE INDEX expr ON t(abs(a));
            CREATE INDEX broken ON t(a); UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'broken'::regclass;
            CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
            CREATE TRIGGER always AFTER INSERT ON t FOR EACH ROW EXECUTE FUNCTION f(); ALTER TABLE t ENABLE ALWAYS TRIGGER always;
            CREATE RULE plain AS ON DELETE TO t DO ALSO SELECT 1;
            CREATE RULE always AS ON DELETE TO t DO ALSO SELECT 1; ALTER TABLE t ENABLE ALWAYS RULE always;
            CREATE FUNCTION e() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END';
            CREATE EVENT TRIGGER watch ON ddl_command_end EXECUTE FUNCTION e();
            """, """
            CREATE FUNCTION e() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END';
            CREATE EVENT TRIGGER there ON ddl_command_end EXECUTE FUNCTION e();
            """);
        var report = await pair.AssessAsync(AssessedPair.Request with { Selection = new TableSelection(["t"], []) });
        report.Finding("F-IDX-001", "public.broken");
        Assert.Contains("public.expr, public.nulls, public.partial", report.Finding("F-IDX-002", "3 indexes").Why, StringComparison.Ordinal);
        report.Finding("F-CON-001", "public.t.positive");
        Assert.Contains("public.t.apart, public.t.later", report.Finding("F-CON-002", "2 constraints").Why, StringComparison.Ordinal);
        Assert.Contains("public.other", report.Finding("F-CON-003", "public.t").Why, StringComparison.Ordinal);
        report.Finding("F-TRG-001", "public.t.always");
        report.Finding("F-TRG-002", "event trigger watch");
        report.Finding("F-TRG-003", "event trigger there");
        Assert.Contains("rule always", report.Finding("F-TRG-004", "public.t").Why, StringComparison.Ordinal);
        report.Finding("F-TRG-005", "public.t.plain");
    }

    [Fact]
    public async Task V3_sequences_are_listed_and_those_nearly_used_up_are_named()
    {
        var pair = await servers.PairAsync("""
            CREATE SEQUENCE plain; CREATE SEQUENCE down INCREMENT -1; CREATE SEQUENCE round CYCLE MAXVALUE 10; CREATE SEQUENCE small AS smallint;
            SELECT setval('round', 10), setval('small', 32000), setval('plain', 5);
            """);
        var report = await pair.AssessAsync();
        report.Finding("F-SEQ-001", "4 sequences");
        Assert.Contains("public.down (descending), public.round (cycle), public.small (smallint)", report.Finding("F-SEQ-002", "3 sequences").Why, StringComparison.Ordinal);
        Assert.Contains("32000 of 32767", report.Finding("F-SEQ-003", "public.small").Why, StringComparison.Ordinal);
        Assert.Single(report.Findings, f => f.Id == "F-SEQ-003");
    }
}
