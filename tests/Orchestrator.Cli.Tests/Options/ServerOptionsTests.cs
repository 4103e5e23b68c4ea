namespace Orchestrator.Cli.Tests.Options;

/// <summary><c>--server</c> and <c>--token</c>: what goes together with them, before anything is sent.</summary>
public sealed class ServerOptionsTests : IDisposable
{
    private const string Nobody = "http://127.0.0.1:1";

    private readonly CliRun _cli = new();

    public void Dispose() => _cli.Dispose();

    [Theory]
    [InlineData("--state", "status", "--state", "x")]
    [InlineData("--control-db", "list", "--control-db", "postgresql://u:p@h/d")]
    [InlineData("--source-db", "validate", "--source-db", "postgresql://u:p@h/d")]
    [InlineData("--tables", "validate", "--tables", "a")]
    [InlineData("--pause-budget", "resume", "--pause-budget", "5s")]
    public async Task What_the_service_has_of_its_own_is_refused_with_it(string flag, params string[] args)
    {
        Assert.Equal(2, await _cli.RunAsync([.. args, "--server", Nobody, "--token", "t"]));
        Assert.Contains($"{flag}: does not go together with --server", _cli.ErrorText, StringComparison.Ordinal);
        Assert.DoesNotContain("E-CONN", _cli.ErrorText, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ORCHESTRATOR_CONTROL_DB", "postgresql://u:p@h/d")]
    [InlineData("SOURCE_DB_URL", "postgresql://u:p@h/d")]
    public async Task Another_place_in_the_environment_contradicts_a_server_there_and_is_overruled_by_a_flag(string variable, string value)
    {
        _cli.Environment["ORCHESTRATOR_STATE"] = "";
        (_cli.Environment["ORCHESTRATOR_TOKEN"], _cli.Environment[variable]) = ("t", value);

        Assert.Equal(2, await _cli.RunAsync("validate", "--server", Nobody));
        Assert.Contains("E-CONN-002", _cli.ErrorText, StringComparison.Ordinal);

        _cli.Environment["ORCHESTRATOR_SERVER"] = Nobody;
        Assert.Equal(2, await _cli.RunAsync("validate"));
        Assert.Contains($"(from environment {variable}): does not go together with --server", _cli.ErrorText, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--server: Must be https://", "http://user:secret-pw@h", "t")]
    [InlineData("--server: Must be https://", "ftp://h", "t")]
    [InlineData("--server: Must be https://", "http://h?x=1", "t")]
    [InlineData("--token: must be one word", Nobody, "two words")]
    [InlineData("--token: names a file", Nobody, "file:/nowhere/at/all")]
    public async Task Server_and_token_are_checked_and_no_secret_is_shown(string says, string server, string token)
    {
        Assert.Equal(2, await _cli.RunAsync("list", "--server", server, "--token", token));
        Assert.Contains(says, _cli.ErrorText, StringComparison.Ordinal);
        Assert.DoesNotContain("secret-pw", _cli.ErrorText, StringComparison.Ordinal);
        Assert.DoesNotContain("two words", _cli.ErrorText, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Server_needs_a_token_and_a_token_a_server()
    {
        Assert.Equal(2, await _cli.RunAsync("list", "--server", Nobody));
        Assert.Contains("--token: is needed with --server (or ORCHESTRATOR_TOKEN", _cli.ErrorText, StringComparison.Ordinal);
        Assert.Equal(2, await _cli.RunAsync("list", "--token", "t"));
        Assert.Contains("--token: is only for --server", _cli.ErrorText, StringComparison.Ordinal);
        Assert.Equal(2, await _cli.RunAsync("migrate", "--server", Nobody));
        Assert.Contains("--server: is no option of migrate", _cli.ErrorText, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Server_that_is_not_there_is_exit_2_with_the_token_from_a_file_of_the_configuration()
    {
        _cli.Environment["ORCHESTRATOR_STATE"] = "";
        var config = _cli.File("c.yaml", $"server: {Nobody}\ntoken: file:{_cli.File("token", "planted-secret\n")}\nrun: shop\n");

        Assert.Equal(2, await _cli.RunAsync("cutover", "--config", config, "--json"));

        using var answer = System.Text.Json.JsonDocument.Parse(_cli.Out.ToString());
        Assert.Equal("E-CONN-002", answer.RootElement.GetProperty("errors")[0].GetProperty("code").GetString());
        Assert.DoesNotContain("planted-secret", _cli.Out + _cli.ErrorText, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Token_on_the_command_line_and_one_sent_as_plain_text_are_warned_of()
    {
        // A host that is none: nothing is sent anywhere.
        Assert.Equal(2, await _cli.RunAsync("list", "--server", "http://nowhere.invalid", "--token", "planted-secret"));

        Assert.Contains("W-CFG-001 the secret in --token", _cli.ErrorText, StringComparison.Ordinal);
        Assert.Contains("W-SVC-001 the token goes to http://nowhere.invalid as plain text", _cli.ErrorText, StringComparison.Ordinal);
        Assert.Contains("E-CONN-001", _cli.ErrorText, StringComparison.Ordinal);
        Assert.DoesNotContain("planted-secret", _cli.ErrorText, StringComparison.Ordinal);
    }
}
