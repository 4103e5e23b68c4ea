using System.Net;
using Orchestrator.ControlStore;
using Orchestrator.TestKit;

namespace Orchestrator.Service.Tests.Api;

/// <summary>CASES S2, S5, S6: passwords that are named, not given.</summary>
[Trait("Needs", "PostgreSql")]
public sealed class SecretReferenceTests : IDisposable
{
    private const string Planted = "Qz7 planted@reference/secret?";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("orchestrator-secrets-");

    [Fact]
    public async Task S2_run_is_driven_with_passwords_that_are_named_and_keeps_only_the_names()
    {
        var pair = await PgPair.CreateDatabasesAsync("named");
        await pair.Source.ExecuteAsync("CREATE TABLE t (id int PRIMARY KEY); INSERT INTO t SELECT generate_series(1, 100)");
        var role = $"named_{pair.Source.Name}";
        foreach (var side in (PgDatabase[])[pair.Source, pair.Target]) await side.Cluster.ExecuteAsync("postgres", $"CREATE ROLE {role} SUPERUSER LOGIN PASSWORD '{Planted}'");
        // As secrets that are mounted look: a link to a link's file.
        Directory.CreateDirectory(Path.Combine(_folder.FullName, "..2026"));
        await File.WriteAllTextAsync(Path.Combine(_folder.FullName, "..2026", "password"), Planted + "\n");
        Directory.CreateSymbolicLink(Path.Combine(_folder.FullName, "..data"), "..2026");
        File.CreateSymbolicLink(Path.Combine(_folder.FullName, "password"), "..data/password");
        try
        {
            await using var service = await ServiceProcess.StartAsync(
                new Dictionary<string, string> { ["SHOP_PASSWORD"] = Planted }, "--allow-network", "127.0.0.0/8", "--allow-secret-env", "SHOP_", "--allow-secret-dir", _folder.FullName);
            var admin = await service.SignUpAsync("ours");
            var source = await admin.AddConnectionAsync("source", Url(pair.Source, role, "file:password"));
            var target = await admin.AddConnectionAsync("target", Url(pair.Target, role, "env:SHOP_PASSWORD"));
            var whole = await admin.AddConnectionAsync("whole", Url(pair.Source, role, "file:" + Uri.EscapeDataString(Path.Combine(_folder.FullName, "password"))));
            var literal = await admin.AddConnectionAsync("literal", Url(pair.Source, role, "env%3ASHOP_PASSWORD"));

            foreach (var id in (string[])[source, target, whole]) Assert.True((await admin.PostAsync($"/api/connections/{id}/test")).Body.GetProperty("works").GetBoolean(), service.Log);
            Assert.Equal("E-CONN-012", (await admin.PostAsync($"/api/connections/{literal}/test")).Code);
            await admin.GetAsync($"/api/connections/{source}/tables/public/t/rows");
            var move = await admin.AddMigrationAsync("move", source, target, new { cutover = "auto" });
            await admin.PostAsync($"/api/migrations/{move}/start");
            var done = await admin.UntilAsync(move, m => m.Text("state") == "complete" || m.Body.GetProperty("last_exit").ValueKind != System.Text.Json.JsonValueKind.Null);

            Assert.Equal("complete", done.Text("state"));
            Assert.Equal("100", await pair.Target.QueryScalarAsync("SELECT count(*) FROM t"));
            foreach (var text in (string[])[Planted, Uri.EscapeDataString(Planted)]) Assert.DoesNotContain(text, service.Log, StringComparison.Ordinal);
            await using var store = await RunStore.OpenAsync(new StoreLocation(service.State), TimeProvider.System, CancellationToken.None);
            var kept = await store.OptionsAsync(done.Text("run")!, CancellationToken.None);
            Assert.Equal((Url(pair.Source, role, "file:password"), Url(pair.Target, role, "env:SHOP_PASSWORD")), (kept.SourceUrl, kept.TargetUrl));
        }
        finally
        {
            await pair.DisposeAsync();
            foreach (var side in (PgDatabase[])[pair.Source, pair.Target]) await side.Cluster.ExecuteAsync("postgres", $"DROP ROLE {role}");
        }
    }

    [Fact]
    public async Task S5_secret_that_was_not_meant_for_tenants_cannot_be_named()
    {
        await File.WriteAllTextAsync(Path.Combine(_folder.FullName, "key"), ServiceProcess.Key);
        File.CreateSymbolicLink(Path.Combine(_folder.FullName, "out"), "/etc/hostname");
        Directory.CreateSymbolicLink(Path.Combine(_folder.FullName, "etc"), "/etc");
        await using var service = await ServiceProcess.StartAsync(
            new Dictionary<string, string> { ["SHOP_KEY"] = ServiceProcess.Key }, "--allow-network", "127.0.0.0/8", "--allow-secret-env", "SHOP_", "--allow-secret-dir", _folder.FullName);
        var admin = await service.SignUpAsync("ours");

        foreach (var reference in (string[])["env:ORCHESTRATOR_TOKEN_KEY", "env:PATH", "env:shop_x", "env:", "file:..%2Fx", "file:%2Fetc%2Fpasswd", "file:x%2F..%2F..%2Fx", "file:", "file:.", $"file:{Uri.EscapeDataString(_folder.FullName)}-other%2Fx"])
            Assert.Equal((HttpStatusCode.UnprocessableEntity, "E-SECREF-001"), (await AddAsync(admin, reference)) is var r ? (r.Status, r.Code) : default);
        foreach (var (reference, code) in ((string, string)[])[("file:out", "E-SECREF-001"), ("file:etc%2Fhostname", "E-SECREF-001"), ("file:key", "E-SECREF-001"), ("env:SHOP_KEY", "E-SECREF-001"), ("env:SHOP_NONE", "E-SECREF-002"), ("file:none", "E-SECREF-002"), ("file:etc", "E-SECREF-001")])
        {
            var tested = await admin.PostAsync($"/api/connections/{(await AddAsync(admin, reference)).Text("id")}/test");
            Assert.Equal((reference, code), (reference, tested.Code));
        }

        await using var closed = await ServiceProcess.StartAsync();
        var other = await closed.SignUpAsync("ours");
        foreach (var reference in (string[])["env:SHOP_X", "file:x", "aws-secretsmanager:shop"]) Assert.Equal("E-SECREF-001", (await AddAsync(other, reference)).Code);
    }

    [Fact]
    public async Task S2_secrets_of_AWS_open_a_database_and_are_not_kept()
    {
        await using var aws = await AwsStandIn.StartAsync(new Dictionary<string, string>
        {
            ["shop/plain"] = Planted, ["shop/json"] = $$"""{"username":"u","password":{{System.Text.Json.JsonSerializer.Serialize(Planted)}}}""", ["shop/other"] = """{"token":"x"}""", ["shop/wrong"] = "{wrong",
        });
        await using var pair = await PgPair.CreateDatabasesAsync("aws");
        var database = pair.Source;
        var role = $"aws_{database.Name}";
        await database.Cluster.ExecuteAsync("postgres", $"CREATE ROLE {role} LOGIN PASSWORD '{Planted}'");
        try
        {
            await using var service = await ServiceProcess.StartAsync(aws.Environment, "--allow-network", "127.0.0.0/8", "--allow-secret-aws", "shop/");
            var admin = await service.SignUpAsync("ours");
            foreach (var name in (string[])["plain", "json"])
            {
                var id = await admin.AddConnectionAsync(name, Url(database, role, $"aws-secretsmanager:shop%2F{name}"));
                Assert.True((await admin.PostAsync($"/api/connections/{id}/test")).Body.GetProperty("works").GetBoolean(), service.Log);
            }

            foreach (var (name, code) in ((string, string)[])[("none", "E-SECREF-002"), ("other", "E-SECREF-002"), ("denied", "E-SECREF-003"), ("wrong", "E-CONN-012")])
            {
                var id = await admin.AddConnectionAsync(name, Url(database, role, $"aws-secretsmanager:shop%2F{name}"));
                var tested = await admin.PostAsync($"/api/connections/{id}/test");
                Assert.Equal((name, code), (name, tested.Code));
                Assert.DoesNotContain("123456789012", tested.Body.GetRawText(), StringComparison.Ordinal);
            }

            Assert.Equal("E-SECREF-001", (await AddAsync(admin, "aws-secretsmanager:bank%2Fplain")).Code);
            Assert.All(aws.Seen, s => Assert.StartsWith("/aws/reference/secretsmanager/shop/", s, StringComparison.Ordinal));
            Assert.All(aws.Seen, s => Assert.Contains("/eu-central-1/ssm/aws4_request", s, StringComparison.Ordinal));
            foreach (var text in (string[])[Planted, Uri.EscapeDataString(Planted)]) Assert.DoesNotContain(text, service.Log, StringComparison.Ordinal);
        }
        finally
        {
            await database.Cluster.ExecuteAsync("postgres", $"DROP ROLE {role}");
        }
    }

    /// <summary>Who can name a secret can send it to a server of its own.</summary>
    [Fact]
    public async Task S6_secret_of_another_tenant_cannot_be_named()
    {
        await using var shared = await ServiceProcess.StartAsync("--allow-network", "127.0.0.0/8", "--open-signup", "--allow-secret-env", "SHOP_", "--allow-secret-dir", _folder.FullName + "/{tenant}");
        var (ours, theirs) = (await shared.SignUpAsync("ours"), await shared.SignUpAsync("theirs"));
        var id = (await ours.GetAsync("/api/tenant")).Text("id")!;
        Directory.CreateDirectory(Path.Combine(_folder.FullName, id));
        await File.WriteAllTextAsync(Path.Combine(_folder.FullName, id, "password"), "x");

        Assert.Equal("E-SECREF-001", (await AddAsync(ours, "env:SHOP_X")).Code);
        Assert.Equal(HttpStatusCode.Created, (await AddAsync(ours, "file:password")).Status);
        Assert.Equal("E-SECREF-001", (await AddAsync(theirs, $"file:..%2F{id}%2Fpassword")).Code);
        var same = await AddAsync(theirs, "file:password");
        Assert.Equal("E-SECREF-002", (await theirs.PostAsync($"/api/connections/{same.Text("id")}/test")).Code);
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private static string Url(PgDatabase database, string role, string password) => $"postgresql://{role}:{password}@127.0.0.1:{new Uri(database.Url).Port}/{database.Name}";

    private static Task<Reply> AddAsync(ApiClient client, string password) =>
        client.SendAsync(HttpMethod.Post, "/api/connections", new { name = password, url = $"postgresql://u:{password}@127.0.0.1:1/d" });
}
