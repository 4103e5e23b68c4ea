using Orchestrator.TestKit;

namespace Orchestrator.EndToEnd.Tests.BadInput;

/// <summary>A state directory and one call of the tool that must change nothing on either side.</summary>
internal sealed class Refusal : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("orchestrator-refused-");

    public string Folder => _folder.FullName;

    public string State { get; set; }

    public Refusal() => State = Path.Combine(Folder, "state");

    /// <summary>Runs <c>migrate</c>; asserts exit code, the words said and that both databases are as they were.</summary>
    public async Task ExpectAsync(DatabasePair pair, int exitCode, string says, string? source = null, string? target = null, params string[] more)
    {
        var before = (await Catalogs.OfAsync(pair.Source), await Catalogs.OfAsync(pair.Target));

        var result = await RunAsync(source ?? pair.SourceUrl, target ?? pair.TargetUrl, ["migrate", "--run", "refused", "--cutover", "auto", .. more]);

        Assert.True(result.ExitCode == exitCode, $"exit code {result.ExitCode}, not {exitCode}:\n{result.Error}\n{result.Output}");
        Assert.Contains(says, result.Error + result.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("   at Orchestrator.", result.Error, StringComparison.Ordinal);
        Assert.Equal(before.Item1, await Catalogs.OfAsync(pair.Source));
        Assert.Equal(before.Item2, await Catalogs.OfAsync(pair.Target));
        SecretIsNowhere(pair.Source.Cluster.Password, result);
        SecretIsNowhere(pair.Target.Cluster.Password, result);
    }

    public Task<ProgramResult> RunAsync(string source, string target, params string[] arguments) => OrchestratorProcess.RunAsync(
        [.. arguments, "--state", State], new Dictionary<string, string?> { ["SOURCE_DB_URL"] = source, ["TARGET_DB_URL"] = target });

    /// <summary>Neither printed nor in any file of the folder.</summary>
    public void SecretIsNowhere(string secret, ProgramResult result)
    {
        Assert.DoesNotContain(secret, result.Output, StringComparison.Ordinal);
        Assert.DoesNotContain(secret, result.Error, StringComparison.Ordinal);
        foreach (var file in Directory.EnumerateFiles(Folder, "*", SearchOption.AllDirectories))
            Assert.DoesNotContain(secret, System.Text.Encoding.Latin1.GetString(File.ReadAllBytes(file)), StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Delete(recursive: true);
}
