namespace Orchestrator.Cli.Tests.Commands;

public sealed class UsageTests : IDisposable
{
    private readonly CliRun _cli = new();

    public void Dispose() => _cli.Dispose();

    [Fact]
    public async Task No_verb_gives_help_that_starts_with_two_examples_and_exit_2()
    {
        Assert.Equal(2, await _cli.RunAsync());

        var lines = _cli.Error.ToString().Split('\n');
        Assert.Equal("Examples:", lines[0].TrimEnd());
        Assert.StartsWith("  orchestrator assess", lines[1], StringComparison.Ordinal);
        Assert.StartsWith("  orchestrator migrate", lines[2], StringComparison.Ordinal);
        Assert.Equal("", _cli.Out.ToString());
    }

    [Theory]
    [InlineData("--help")]
    [InlineData("-h")]
    [InlineData("help")]
    public async Task Help_goes_to_stdout_and_names_every_verb(string flag)
    {
        Assert.Equal(0, await _cli.RunAsync(flag));

        foreach (var verb in App.Verbs)
            Assert.Contains($"  {verb.Name} ", _cli.Out.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Help_of_every_verb_names_its_options()
    {
        foreach (var verb in App.Verbs)
        {
            _cli.Out.GetStringBuilder().Clear();
            Assert.Equal(0, await _cli.RunAsync(verb.Name, "--help"));
            Assert.All(verb.Options, o => Assert.Contains(o.Flag, _cli.Out.ToString(), StringComparison.Ordinal));
        }
    }

    [Theory]
    [InlineData("migrat", "did you mean migrate?")]
    [InlineData("asses", "did you mean assess?")]
    [InlineData("cutvoer", "did you mean cutover?")]
    [InlineData("frobnicate", "is no command")]
    [InlineData("--source-db", "a command comes first")]
    public async Task Unknown_verb_gets_a_suggestion_and_exit_2(string verb, string says)
    {
        Assert.Equal(2, await _cli.RunAsync(verb));
        Assert.Contains(says, _cli.Error.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--paralel-workers", "did you mean --parallel-workers?")]
    [InlineData("--no-valdate", "did you mean --no-validate?")]
    [InlineData("--dryrun", "did you mean --dry-run?")]
    public async Task Unknown_option_gets_a_suggestion_and_exit_2(string option, string says)
    {
        Assert.Equal(2, await _cli.RunAsync("migrate", option, "3"));
        Assert.Contains(says, _cli.Error.ToString(), StringComparison.Ordinal);
        Assert.Null(_cli.Engine.Given);
    }

    [Theory]
    [InlineData("migrate", "--run")]
    [InlineData("migrate", "--run", "a", "--run", "b")]
    [InlineData("migrate", "--validate", "--no-validate")]
    [InlineData("status", "stray")]
    public async Task Misused_option_is_exit_2(params string[] args) => Assert.Equal(2, await _cli.RunAsync(args));

    [Fact]
    public async Task Usage_failure_with_json_is_one_document()
    {
        Assert.Equal(2, await _cli.RunAsync("migrate", "--json", "--nonsense"));
        using var document = System.Text.Json.JsonDocument.Parse(_cli.Out.ToString());
        Assert.Equal(2, document.RootElement.GetProperty("exit_code").GetInt32());
    }
}
