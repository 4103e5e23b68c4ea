using Orchestrator.Core.Errors;
using Orchestrator.Core.Model.Structure;
using Orchestrator.Engines.PostgreSql.Sql;

namespace Orchestrator.Engines.PostgreSql.Tests.Target.Structure;

/// <summary>The schema steps of a source that is no PostgreSQL.</summary>
[Trait("Needs", "PostgreSql")]
public sealed class StructureMoverTests
{
    private static readonly CancellationToken None = CancellationToken.None;
    private static readonly string People = PgName.Quote(Shop.People);
    private static readonly string Orders = PgName.Quote(Shop.Orders);

    private static readonly string Name = PgName.Quote("name \"of\"");

    private static readonly string Rows = $"""
        INSERT INTO {People} ("ID", {Name}, changed, data) VALUES (1, 'Ann', '2000-01-01', '1'), (2, DEFAULT, NULL, NULL);
        INSERT INTO {Orders} VALUES (1, 'x', 1, NULL), (1, 'y', NULL, NULL);
        INSERT INTO counters VALUES (18446744073709551615);
        """;

    [Fact]
    public async Task K1_structure_of_another_system_is_built_whole()
    {
        await using var bench = await StructureBench.CreateAsync("structure");
        await bench.RunAsync(Rows);

        var objects = await bench.ObjectsAsync();
        Assert.Contains("constraint People pkey PRIMARY KEY (\"ID\")", objects, StringComparison.Ordinal);
        Assert.Contains("constraint orders_pkey PRIMARY KEY (b, a)", objects, StringComparison.Ordinal);
        Assert.Contains("constraint name is there CHECK (((\"name \"\"of\"\"\")::text <> ''::text))", objects, StringComparison.Ordinal);
        Assert.Contains($"constraint to people FOREIGN KEY (person) REFERENCES {People}(\"ID\") ON UPDATE SET NULL ON DELETE CASCADE", objects, StringComparison.Ordinal);
        var indexes = string.Join('\n', (await bench.Target.QueryRowsAsync("SELECT indexdef FROM pg_indexes WHERE schemaname NOT IN ('pg_catalog', 'orchestrator') ORDER BY 1")).Select(r => r[0]));
        Assert.Contains("CREATE INDEX plain ON", indexes, StringComparison.Ordinal);
        Assert.Contains("(changed DESC, \"ID\")", indexes, StringComparison.Ordinal);
        Assert.Contains("CREATE UNIQUE INDEX \"by \"\"lower\"\"\" ON", indexes, StringComparison.Ordinal);
        Assert.Contains("(lower((\"name \"\"of\"\"\")::text), \"ID\")", indexes, StringComparison.Ordinal);
        Assert.Equal("O'Hara|not 'ok'", await bench.Target.QueryScalarAsync($"SELECT {Name} || '|' || mood FROM {People} WHERE \"ID\" = 2"));
        Assert.Equal(
            @"people's comment|a \ comment|-",
            await bench.Target.QueryScalarAsync($"SELECT concat_ws('|', obj_description({PgName.Literal(People)}::regclass), col_description({PgName.Literal(People)}::regclass, 2), coalesce(obj_description('counters'::regclass), '-'))"));
        Assert.Equal(
            "My \"Shop\".People ID,public.counters_id",
            await bench.Target.QueryScalarAsync("SELECT string_agg(schemaname || '.' || sequencename, ',' ORDER BY 1) FROM pg_sequences WHERE schemaname <> 'orchestrator'"));
        await bench.Target.ExecuteAsync($"ALTER SEQUENCE \"My \"\"Shop\"\"\".\"People ID\" RESTART 9; INSERT INTO {People} ({Name}) VALUES ('counted'); INSERT INTO counters DEFAULT VALUES");
        Assert.Equal("9 1", await bench.Target.QueryScalarAsync($"SELECT (SELECT \"ID\" FROM {People} WHERE {Name} = 'counted') || ' ' || (SELECT min(id) FROM counters)"));
    }

    [Fact]
    public async Task K1_time_of_the_change_is_noted_unless_it_is_set_or_nothing_changes_or_we_apply()
    {
        await using var bench = await StructureBench.CreateAsync("onupdate");
        await bench.RunAsync(Rows);

        Assert.Equal("2000 -", await ChangedAsync($"{Name} = 'Ann'"));
        Assert.Equal("2007 2001", await ChangedAsync("changed = '2007-07-07'"));
        Assert.Equal("now 2001", await ChangedAsync("data = '2'"));
        Assert.Equal("2008 2008", await ChangedAsync("changed = '2008-08-08', \"also changed\" = '2008-08-08'"));
        await bench.Target.ExecuteAsync($"SET session_replication_role = replica; UPDATE {People} SET data = '3' WHERE \"ID\" = 1");
        Assert.Equal("2008 2008", await ChangedAsync("data = data"));
        await bench.Target.ExecuteAsync($"UPDATE {Orders} SET person = 2 WHERE b = 'x'");
        Assert.Equal("1", await bench.Target.QueryScalarAsync($"SELECT count(*) FROM {Orders} WHERE at IS NOT NULL"));

        async Task<string?> ChangedAsync(string set)
        {
            await bench.Target.ExecuteAsync($"UPDATE {People} SET {set} WHERE \"ID\" = 1");
            return await bench.Target.QueryScalarAsync($"""
                SELECT CASE WHEN changed > LOCALTIMESTAMP - interval '1 hour' THEN 'now' ELSE to_char(changed, 'YYYY') END || ' ' || coalesce(to_char("also changed", 'YYYY'), '-')
                FROM {People} WHERE "ID" = 1
                """);
        }
    }

    [Fact]
    public async Task X3_steps_that_are_done_again_by_another_process_change_nothing()
    {
        await using var bench = await StructureBench.CreateAsync("again");
        await bench.Schema.CreatePreDataAsync(Shop.Plan, None);
        var after = await bench.ObjectsAsync();
        bench.Restart();
        await bench.Schema.CreatePreDataAsync(Shop.Plan, None);
        Assert.Equal(after, await bench.ObjectsAsync());

        await bench.Target.ExecuteAsync(Rows);
        // As after a kill between an index and its constraint.
        await bench.Target.ExecuteAsync($"CREATE UNIQUE INDEX \"People pkey\" ON {People} (\"ID\")");
        foreach (var table in Shop.Plan) await bench.Schema.CreateIndexesAsync(table, None);
        after = await bench.ObjectsAsync();
        Assert.Contains("constraint People pkey PRIMARY KEY", after, StringComparison.Ordinal);
        bench.Restart();
        foreach (var table in Shop.Plan) await bench.Schema.CreateIndexesAsync(table, None);
        Assert.Equal(after, await bench.ObjectsAsync());

        await bench.Schema.CreatePostDataAsync(Shop.Plan, None);
        after = await bench.ObjectsAsync();
        bench.Restart();
        await bench.Schema.CreatePostDataAsync(Shop.Plan, None);
        Assert.Equal(after, await bench.ObjectsAsync());
        Assert.Equal(1, bench.Reads);
    }

    [Fact]
    public async Task X3_index_that_was_not_built_comes_with_the_rest()
    {
        await using var bench = await StructureBench.CreateAsync("unbuilt");
        await bench.Schema.CreatePreDataAsync(Shop.Plan, None);
        foreach (var table in Shop.Plan.Skip(1)) await bench.Schema.CreateIndexesAsync(table, None);

        await bench.Schema.CreatePostDataAsync(Shop.Plan, None);

        Assert.Equal("4", await bench.Target.QueryScalarAsync($"SELECT count(*) FROM pg_index WHERE indrelid = {PgName.Literal(People)}::regclass"));
        Assert.Equal("1", await bench.Target.QueryScalarAsync($"SELECT count(*) FROM pg_constraint WHERE contype = 'p' AND conrelid = {PgName.Literal(People)}::regclass"));
    }

    [Fact]
    public async Task X3_rollback_leaves_nothing_of_ours_and_everything_else()
    {
        await using var bench = await StructureBench.CreateAsync("undo");
        await bench.Target.ExecuteAsync("CREATE TABLE public.theirs (id serial PRIMARY KEY)");
        var before = await bench.ObjectsAsync();
        await bench.RunAsync(Rows);
        Assert.NotEqual(before, await bench.ObjectsAsync());
        Assert.Equal(["structure"], bench.KeptFiles);

        await bench.Schema.DropCreatedAsync(None);
        await bench.Schema.DropCreatedAsync(None);

        Assert.Equal(before, await bench.ObjectsAsync());
        Assert.Empty(bench.KeptFiles);
        await bench.RunAsync(Rows);
        Assert.Equal(2, bench.Reads);
    }

    [Fact]
    public async Task K4_row_that_refers_to_nothing_stops_the_step_and_is_named()
    {
        await using var bench = await StructureBench.CreateAsync("orphan");
        var error = await Assert.ThrowsAsync<OrchestratorException>(() => bench.RunAsync(Rows + $"UPDATE {Orders} SET person = 77 WHERE b = 'y'"));

        Assert.Equal((ErrorKind.Data, "E-SCHEMA-002"), (error.Kind, error.Code));
        Assert.Equal(Shop.Orders.ToString(), error.Table);
        Assert.Contains("\"to people\"", error.Message, StringComparison.Ordinal);
        Assert.Contains("Key (person)=(77) is not present", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("FOREIGN KEY", await bench.ObjectsAsync(), StringComparison.Ordinal);

        await bench.Target.ExecuteAsync($"UPDATE {Orders} SET person = NULL WHERE b = 'y'");
        await bench.Schema.CreatePostDataAsync(Shop.Plan, None);
        Assert.Contains("FOREIGN KEY", await bench.ObjectsAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task K6_what_the_server_does_not_understand_is_quoted_and_the_next_try_reads_anew()
    {
        await using var bench = await StructureBench.CreateAsync("mended");
        bench.Structure = Shop.Structure with { Tables = [.. Shop.Structure.Tables.Select(t => t with { Columns = [.. t.Columns, new ColumnStructure("bad", "integer", false) { Default = "rand() +" }] })] };
        var before = await bench.ObjectsAsync();
        var error = await Assert.ThrowsAsync<OrchestratorException>(() => bench.Schema.CreatePreDataAsync(Shop.Plan, None));
        Assert.Equal((ErrorKind.Data, "E-SCHEMA-002"), (error.Kind, error.Code));
        Assert.Contains("CREATE TABLE \"My \"\"Shop\"\"\"", error.Message, StringComparison.Ordinal);
        Assert.Equal(before, await bench.ObjectsAsync());

        bench.Structure = Shop.Structure;
        await bench.Schema.CreatePreDataAsync(Shop.Plan, None);
    }

    [Fact]
    public async Task K7_tables_that_are_there_with_these_columns_are_used_as_they_are()
    {
        await using var first = await StructureBench.CreateAsync("adopt");
        await first.Schema.CreatePreDataAsync(Shop.Plan, None);
        await first.Target.ExecuteAsync("DROP SCHEMA orchestrator CASCADE");
        await first.Ledger.OpenAsync("source", new Core.Positions.FencingToken(2), None);
        var before = await first.ObjectsAsync();
        first.Restart();

        await first.RunAsync(Rows);

        Assert.Equal(before, await first.ObjectsAsync());
        Assert.Equal(1, first.Reads);
    }
}
