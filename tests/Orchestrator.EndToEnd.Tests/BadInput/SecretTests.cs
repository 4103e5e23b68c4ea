using System.Security.Cryptography;
using System.Text;
using Orchestrator.TestKit;

namespace Orchestrator.EndToEnd.Tests.BadInput;

/// <summary>A whole run with a password that stands nowhere else on the machine.</summary>
public sealed class SecretTests : IDisposable
{
    private readonly Refusal _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task S2_password_is_in_no_output_no_file_and_no_command_line()
    {
        var secret = "s2" + RandomNumberGenerator.GetHexString(24, lowercase: true);
        await using var pair = await PgPair.CreateDatabasesAsync("secret");
        var role = "s2_" + pair.Source.Name;
        foreach (var side in (PgDatabase[])[pair.Source, pair.Target])
            await side.Cluster.ExecuteAsync("postgres", $"CREATE ROLE {role} SUPERUSER LOGIN PASSWORD '{secret}'");
        await pair.Source.ExecuteAsync("CREATE TABLE t (id int PRIMARY KEY, v text); INSERT INTO t SELECT i, i FROM generate_series(1, 1000) i; CREATE INDEX ON t (v)");
        var (source, target) = (pair.Source.Cluster.Url(pair.Source.Name, role, secret), pair.Target.Cluster.Url(pair.Target.Name, role, secret));

        using var stop = new CancellationTokenSource();
        var watching = Task.Run(() => CommandLinesWith(secret, stop.Token));
        var migrate = await _folder.RunAsync(source, target, "migrate", "--run", "s2", "--cutover", "auto", "--json", "--on-switch", "env | grep -c . >&2");
        var report = await _folder.RunAsync(source, target, "report", "--run", "s2", "--json");
        var failing = await _folder.RunAsync(source, target, "assess", "--tables", "nosuch", "--output", _folder.Folder);
        var assess = await _folder.RunAsync(source, target, "assess", "--output", _folder.Folder);
        await stop.CancelAsync();

        Assert.True(migrate.ExitCode == 0, migrate.Error + migrate.Output);
        Assert.All((ProgramResult[])[migrate, report, failing, assess], r => _folder.SecretIsNowhere(secret, r));
        var (looked, found) = await watching;
        Assert.Empty(found);
        Assert.True(looked > 20, $"looked only {looked} times");
        Assert.True(File.Exists(Path.Combine(_folder.State, "control.db")));
        foreach (var side in (PgDatabase[])[pair.Source, pair.Target])
            await side.Cluster.ExecuteAsync(side.Name, $"REASSIGN OWNED BY {role} TO postgres; DROP OWNED BY {role}; DROP ROLE {role}");
    }

    /// <summary>Looks at every process of the machine again and again, as any user can with ps.</summary>
    private static async Task<(int Looked, List<string> Found)> CommandLinesWith(string secret, CancellationToken ct)
    {
        var (looked, found) = (0, new List<string>());
        for (; !ct.IsCancellationRequested; looked++)
        {
            foreach (var process in Directory.EnumerateDirectories("/proc").Where(d => char.IsAsciiDigit(Path.GetFileName(d)[0])))
            {
                var line = CommandLine(process);
                if (line.Contains(secret, StringComparison.Ordinal)) found.Add(line.Replace('\0', ' '));
            }

            await Task.Delay(5, CancellationToken.None);
        }

        return (looked, found);
    }

    private static string CommandLine(string process)
    {
        try
        {
            return Encoding.UTF8.GetString(File.ReadAllBytes(Path.Combine(process, "cmdline")));
        }
        catch (IOException)
        {
            // It ended between the listing and the look.
            return "";
        }
    }
}
