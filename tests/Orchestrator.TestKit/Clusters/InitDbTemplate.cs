using System.Security.Cryptography;
using System.Text;

namespace Orchestrator.TestKit;

/// <summary>
/// A freshly initialised data directory kept per account and initdb options: initdb takes seconds, a copy a tenth of one.
/// </summary>
/// <param name="Directory">The data directory to copy.</param>
/// <param name="Password">The superuser's password inside it.</param>
internal sealed record InitDbTemplate(string Directory, string Password)
{
    /// <summary>Returns the template for these initdb arguments, making it when it is not there yet.</summary>
    public static async Task<InitDbTemplate> GetAsync(IReadOnlyList<string> arguments)
    {
        var key = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', arguments))))[..12];
        var root = Path.Combine(Path.GetTempPath(), $"orchestrator-initdb-{PgBinaries.Major}-{ServerAccount.Tag}-{key}");
        var passwordFile = root + "/password";
        await using var held = await LockAsync(root + ".lock");
        if (!File.Exists(root + "/ready"))
        {
            await ServerAccount.RequireAsync("sh", "-c", "umask 077; rm -rf \"$1\"; mkdir \"$1\"", "sh", root);
            var password = RandomNumberGenerator.GetHexString(24, lowercase: true);
            await ServerAccount.RequireAsync("sh", "-c", "umask 077; printf %s \"$2\" > \"$1\"", "sh", passwordFile, password);
            await ServerAccount.RequireAsync(PgBinaries.Path("initdb"),
            [
                "-D", root + "/data", "--username=postgres", "--pwfile=" + passwordFile,
                "--auth=scram-sha-256", "--no-sync", .. arguments,
            ]);
            await ServerAccount.RequireAsync("touch", root + "/ready");
        }
        return new InitDbTemplate(root + "/data", await File.ReadAllTextAsync(passwordFile));
    }

    /// <summary>Several test processes start at once: the first makes the template, the others wait.</summary>
    internal static async Task<FileStream> LockAsync(string path)
    {
        while (true)
        {
            try
            {
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException) when (File.Exists(path))
            {
                await Task.Delay(50);
            }
        }
    }
}
