using System.Net;
using Orchestrator.ControlStore;
using Orchestrator.Core.Errors;
using Orchestrator.Service.Connections;

namespace Orchestrator.Service.Tests.Connections;

/// <summary>CASES S3 and S5: where tenants cannot reach through the service.</summary>
public sealed class OutboundGuardTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("orchestrator-guard-");

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("127.9.9.9")]
    [InlineData("localhost")]
    [InlineData("2130706433")] // 127.0.0.1 as one number
    [InlineData("0x7f.1")]
    [InlineData("0")]
    [InlineData("10.1.2.3")]
    [InlineData("172.16.0.1")]
    [InlineData("192.168.1.1")]
    [InlineData("169.254.169.254")]
    [InlineData("100.64.0.1")]
    [InlineData("224.0.0.1")]
    [InlineData("255.255.255.255")]
    [InlineData("[::1]")]
    [InlineData("[::]")]
    [InlineData("[::ffff:127.0.0.1]")]
    [InlineData("[::ffff:a00:1]")]
    [InlineData("[64:ff9b::7f00:1]")]
    [InlineData("[fe80::1]")]
    [InlineData("[fd00::1]")]
    [InlineData("%2Fvar%2Frun%2Fpostgresql")]
    [InlineData("")]
    public async Task S3_host_that_is_not_public_is_refused(string host) => Assert.Equal("E-SVC-001", await CodeAsync($"postgresql://u:p@{host}:5432/d", []));

    [Theory]
    [InlineData("postgresql://u:p@8.8.8.8/d?host=127.0.0.1")]
    [InlineData("postgresql://u:p@8.8.8.8/d?sslrootcert=/etc/passwd")]
    [InlineData("postgresql://u:p@8.8.8.8/d?sslkey=/root/key")]
    [InlineData("mysql://u:p@8.8.8.8/d?socket=/run/mysqld.sock")]
    public async Task S3_parameter_that_leads_elsewhere_is_refused(string url) => Assert.Equal("E-SVC-001", await CodeAsync(url, []));

    [Theory]
    [InlineData("postgresql://u:p@8.8.8.8/d?sslmode=require")]
    [InlineData("postgresql://u:p@[2606:4700::1111]/d")]
    [InlineData("mysql://u:p@8.8.8.8/d")]
    public async Task S3_public_host_is_allowed(string url) => Assert.Null(await CodeAsync(url, []));

    [Fact]
    public async Task S3_network_that_the_administrator_allows_is_allowed_and_no_other()
    {
        var allowed = new[] { IPNetwork.Parse("10.1.0.0/16") };

        Assert.Null(await CodeAsync("postgresql://u:p@10.1.2.3/d", allowed));
        Assert.Null(await CodeAsync("postgresql://u:p@[::ffff:10.1.2.3]/d", allowed));
        Assert.Equal("E-SVC-001", await CodeAsync("postgresql://u:p@10.2.2.3/d", allowed));
    }

    [Fact]
    public async Task S5_file_must_lie_in_the_folder_also_behind_links()
    {
        var inside = Path.Combine(_folder.FullName, "shop.db");
        await File.WriteAllTextAsync(inside, "");
        var link = Path.Combine(_folder.FullName, "link.db");
        File.CreateSymbolicLink(link, "/etc/passwd");
        Directory.CreateSymbolicLink(Path.Combine(_folder.FullName, "sub"), "/etc");

        Assert.Null(await CodeAsync("sqlite://" + inside, [], _folder.FullName));
        Assert.Equal("E-SVC-001", await CodeAsync("sqlite://" + inside, [], null));
        Assert.Equal("E-SVC-001", await CodeAsync("sqlite://" + link, [], _folder.FullName));
        Assert.Equal("E-SVC-001", await CodeAsync($"sqlite://{_folder.FullName}/sub/passwd", [], _folder.FullName));
        Assert.Equal("E-SVC-001", await CodeAsync($"sqlite://{_folder.FullName}/../x.db", [], _folder.FullName));
        Assert.Equal("E-SVC-001", await CodeAsync($"sqlite://{_folder.FullName}/%2e%2e/x.db", [], _folder.FullName));
        Assert.Equal("E-SVC-001", await CodeAsync($"sqlite://{_folder.FullName}-other/x.db", [], _folder.FullName));
        Assert.Equal("E-SVC-001", await CodeAsync("SQLite:///etc/passwd", [], _folder.FullName));
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private static async Task<string?> CodeAsync(string url, IReadOnlyList<IPNetwork> allowed, string? folder = null)
    {
        var guard = new OutboundGuard(new ServiceOptions { Store = new StoreLocation("/nowhere"), TokenKey = [], AllowedNetworks = allowed, SqliteFolder = folder });
        try
        {
            await guard.CheckAsync(url, CancellationToken.None);
            return null;
        }
        catch (OrchestratorException e)
        {
            return e.Code;
        }
    }
}
