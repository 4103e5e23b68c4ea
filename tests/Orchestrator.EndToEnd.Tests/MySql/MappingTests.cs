using System.Text.Json;
using Orchestrator.EndToEnd.Tests.BadInput;
using Orchestrator.TestKit;

namespace Orchestrator.EndToEnd.Tests.MySql;

/// <summary>What becomes of columns, before and after.</summary>
[Trait("Needs", "MySql")]
public sealed class MappingTests
{
    [Fact]
    public async Task Dry_run_promises_what_the_target_then_has()
    {
        await using var pair = await MySqlPair.CreateAsync("mapping");
        await pair.Source.ExecuteAsync("CREATE TABLE t(id int unsigned PRIMARY KEY, flag tinyint(1), kind enum('a', 'b'), day date, doc json, raw binary(16), name varchar(20) CHARACTER SET latin1)");
        using var refusal = new Refusal();
        string[] options = ["--strategy", "parallel-batch", "--cutover", "auto", "--schema-map", $"{pair.Source.Name}=moved", "--zero-dates", "null", "--column-types", $"{pair.Source.Name}.t.flag=boolean,{pair.Source.Name}.t.raw=uuid", "--column-names", $"{pair.Source.Name}.t.kind=Sort"];
        var dry = await refusal.RunAsync(pair.SourceUrl, pair.TargetUrl, ["migrate", "--dry-run", "--json", .. options]);
        Assert.True(dry.ExitCode == 0, dry.Error + dry.Output);
        using var document = JsonDocument.Parse(dry.Output);
        var promised = document.RootElement.GetProperty("result").GetProperty("columns").EnumerateArray()
            .Select(c => $"{c.GetProperty("table").GetString()}.{c.GetProperty("column").GetString()} {c.GetProperty("type").GetString()}".Replace("\"", "", StringComparison.Ordinal)).ToList();
        Assert.Equal("0", await pair.Target.QueryScalarAsync("SELECT count(*) FROM pg_namespace WHERE nspname IN ('moved', 'orchestrator')"));

        var moved = await refusal.RunAsync(pair.SourceUrl, pair.TargetUrl, ["migrate", .. options]);
        Assert.True(moved.ExitCode == 0, moved.Error + moved.Output);
        var there = await pair.Target.QueryScalarAsync("SELECT string_agg(format('moved.t.%s %s', attname, format_type(atttypid, atttypmod)), E'\\n' ORDER BY attnum) FROM pg_attribute WHERE attrelid = 'moved.t'::regclass AND attnum > 0");
        Assert.Equal(there!.Split('\n'), promised);
        Assert.Contains("moved.t.flag boolean", promised);
        Assert.Contains("moved.t.raw uuid", promised);
        Assert.Contains(promised, p => p.StartsWith("moved.t.Sort ", StringComparison.Ordinal));
    }
}
