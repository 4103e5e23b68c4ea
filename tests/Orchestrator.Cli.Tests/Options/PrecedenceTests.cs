namespace Orchestrator.Cli.Tests.Options;

public sealed class PrecedenceTests : IDisposable
{
    private readonly CliRun _cli = new();

    public PrecedenceTests()
    {
        _cli.Environment["SOURCE_DB_URL"] = "postgresql://a:envpw@db1/shop";
        _cli.Environment["TARGET_DB_URL"] = "postgresql://a:envpw@db2/shop";
    }

    public void Dispose() => _cli.Dispose();

    [Theory]
    [InlineData("c.yaml", "parallel-workers: 9\nbatch_size: 77\ntables:\n  - public.*\n  - audit.log\nvalidate: false\n")]
    [InlineData("c.yml", "{parallel-workers: 9, batch_size: 77, tables: 'public.*, audit.log', validate: no}")]
    [InlineData("c.json", """{"parallel-workers": 9, "batch_size": "77", "tables": ["public.*", "audit.log"], "validate": false, /* why */ }""")]
    public async Task File_is_read_in_yaml_and_json(string name, string content)
    {
        Assert.Equal(0, await _cli.RunAsync("migrate", "--config", _cli.File(name, content)));

        var given = _cli.Engine.Given!;
        Assert.Equal((9, 77, false), (given.ParallelWorkers, given.BatchSize, given.Validate));
        Assert.Equal(["public.*", "audit.log"], given.Tables.Include);
    }

    [Fact]
    public async Task Flag_wins_over_environment_over_file_over_default()
    {
        var file = _cli.File("c.yaml", "parallel-workers: 3\nbatch-size: 3\nmax-lag: 3s\n");
        _cli.Environment["ORCHESTRATOR_PARALLEL_WORKERS"] = "2";
        _cli.Environment["ORCHESTRATOR_BATCH_SIZE"] = "2";
        _cli.Environment["ORCHESTRATOR_CONFIG"] = file;

        Assert.Equal(0, await _cli.RunAsync("migrate", "--parallel-workers", "1"));

        var given = _cli.Engine.Given!;
        Assert.Equal((1, 2, TimeSpan.FromSeconds(3), TimeSpan.FromSeconds(10)), (given.ParallelWorkers, given.BatchSize, given.MaxLag, given.PauseBudget));
        var said = _cli.Error.ToString();
        Assert.Contains("value=1 origin=flag msg=\"option parallel-workers\"", said, StringComparison.Ordinal);
        Assert.Contains("value=2 origin=\"environment ORCHESTRATOR_BATCH_SIZE\" msg=\"option batch-size\"", said, StringComparison.Ordinal);
        Assert.Contains($"value=3s origin=\"file {file}\" msg=\"option max-lag\"", said, StringComparison.Ordinal);
        Assert.Contains("pause-budget=10s", said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Negative_flag_wins_over_file()
    {
        Assert.Equal(0, await _cli.RunAsync("migrate", "--no-validate", "--config", _cli.File("c.yaml", "validate: true")));
        Assert.False(_cli.Engine.Given!.Validate);
    }

    [Fact]
    public async Task Url_is_fetched_from_a_named_variable_and_from_a_file()
    {
        _cli.Environment["SHOP_URL"] = "postgresql://a:one@db3/x";
        var file = _cli.File("url", "postgresql://a:two@db4/y\n");

        Assert.Equal(0, await _cli.RunAsync("migrate", "--source-db", "env:SHOP_URL", "--target-db", "file:" + file));

        Assert.Equal(("postgresql://a:one@db3/x", "postgresql://a:two@db4/y"), (_cli.Engine.Given!.SourceUrl, _cli.Engine.Given.TargetUrl));
    }

    [Fact]
    public async Task S2_no_password_is_printed_whereever_it_came_from()
    {
        const string Planted = "Zx9planted7Pw";
        _cli.Environment["TARGET_DB_URL"] = $"postgresql://a:{Planted}@db2/shop?password={Planted}";
        _cli.Engine.Drive = (run, progress, _) => throw new Core.Errors.OrchestratorException(
            Core.Errors.ErrorKind.Transient, "E-X-001", $"cannot open Host=x;Password={Planted}", $"try postgresql://a:{Planted}@db2/shop");

        foreach (var extra in new string[][] { [], ["--json"], ["--quiet"], ["--parallel-workers", "0"], ["--target-db", $"mysql://a:{Planted}@h/d"] })
            await _cli.RunAsync(["migrate", "--run", $"r{extra.Length}{extra.FirstOrDefault()?.Length}", "--source-db", $"postgresql://a:{Planted}@db1/shop", "--on-switch", $"PGPASSWORD={Planted} x", .. extra]);

        Assert.DoesNotContain(Planted, _cli.Out.ToString() + _cli.Error, StringComparison.Ordinal);
        Assert.Contains("W-CFG-001", _cli.Error.ToString(), StringComparison.Ordinal);
        Assert.Contains("postgresql://a:***@db1/shop", _cli.Error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task All_failures_are_reported_together_with_key_rule_and_value()
    {
        _cli.Environment.Remove("TARGET_DB_URL");
        _cli.Environment["ORCHESTRATOR_CUTOVER"] = "later";

        var exit = await _cli.RunAsync("migrate", "--strategy", "full-load", "--parallel-workers", "65", "--batch-size", "many", "--max-lag", "5", "--run", "No", "--tables", ",");

        Assert.Equal(2, exit);
        var lines = _cli.Error.ToString().Split('\n').Where(l => l.StartsWith("error", StringComparison.Ordinal)).ToList();
        Assert.Equal(8, lines.Count);
        Assert.Contains(lines, l => l.Contains("--target-db: is needed", StringComparison.Ordinal));
        Assert.Contains(lines, l => l.Contains("--cutover (from environment ORCHESTRATOR_CUTOVER): must be one of manual, auto (was: later)", StringComparison.Ordinal));
        Assert.Contains(lines, l => l.Contains("--parallel-workers: must be a whole number from 1 to 64 (was: 65)", StringComparison.Ordinal));
        Assert.Null(_cli.Engine.Given);
        Assert.False(Directory.Exists(_cli.State));
    }

    [Theory]
    [InlineData("c.yaml", "paralel-workers: 3", "did you mean parallel-workers?")]
    [InlineData("c.yaml", "tables: {a: b}", "flat mapping")]
    [InlineData("c.yaml", "- a\n- b", "flat mapping")]
    [InlineData("c.yaml", "a: [", "flat mapping")]
    [InlineData("c.json", "{\"tables\": ", "flat mapping")]
    [InlineData("c.json", "[1]", "flat mapping")]
    [InlineData("c.json", "{\"run\": \"a\", \"run\": \"b\"}", "stands there twice")]
    public async Task File_that_is_wrong_is_named(string name, string content, string says)
    {
        Assert.Equal(2, await _cli.RunAsync("migrate", "--config", _cli.File(name, content)));
        Assert.Contains(says, _cli.Error.ToString(), StringComparison.Ordinal);
        Assert.Null(_cli.Engine.Given);
    }

    [Fact]
    public async Task File_that_is_missing_is_named()
    {
        Assert.Equal(2, await _cli.RunAsync("migrate", "--config", "/nowhere/c.yaml"));
        Assert.Contains("/nowhere/c.yaml", _cli.Error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Source_that_is_the_target_is_refused()
    {
        Assert.Equal(2, await _cli.RunAsync("migrate", "--target-db", "postgresql://other:x@db1:5432/shop"));
        Assert.Contains("another database than --source-db", _cli.Error.ToString(), StringComparison.Ordinal);
    }
}
