using System.Text.RegularExpressions;
using Orchestrator.TestKit;
using YamlDotNet.Serialization;

namespace Orchestrator.ChangeSources.Debezium.Tests.Connect;

/// <summary>What of the containers' demonstration can be told without containers.</summary>
public sealed partial class ComposeDemoTests
{
    private static readonly Dictionary<object, object> Root = Read("compose.demo.yml");
    private static readonly Dictionary<string, Dictionary<object, object>> Services =
        Map(Root["services"]).ToDictionary(s => (string)s.Key, s => Map(s.Value));

    [Fact]
    public void It_has_every_part() => Assert.Equal(
        ["application", "connect", "grafana", "kafka", "kafka-exporter", "orchestrator", "prometheus", "source", "source-exporter", "target", "target-exporter"],
        Services.Keys.Order(StringComparer.Ordinal));

    [Fact]
    public void Images_are_pinned_to_a_version() =>
        Assert.All(Services.Values.Where(s => s.ContainsKey("image")), s => Assert.Matches(PinnedImage(), (string)s["image"]));

    [Fact]
    public void Servers_have_a_health_check()
    {
        var without = Services.Where(s => !s.Value.ContainsKey("healthcheck")).Select(s => s.Key).Order(StringComparer.Ordinal);
        Assert.Equal(["application", "orchestrator"], without);
    }

    [Fact]
    public void What_is_waited_for_is_there_and_can_be_healthy()
    {
        foreach (var (name, service) in Services.Where(s => s.Value.ContainsKey("depends_on")))
        {
            foreach (var (other, how) in Map(service["depends_on"]))
            {
                Assert.True(Services.TryGetValue((string)other, out var needed), $"{name} waits for {other}");
                Assert.Equal("service_healthy", Map(how)["condition"]);
                Assert.True(needed.ContainsKey("healthcheck"), $"{other} is never healthy");
            }
        }
    }

    [Fact]
    public void Everything_is_on_the_one_network()
    {
        var network = Assert.Single(Map(Root["networks"]).Keys);
        Assert.All(Services, s => Assert.Equal([network], List(s.Value.GetValueOrDefault("networks", new List<object>()))));
    }

    [Fact]
    public void Published_ports_are_this_machines_only() =>
        Assert.All(
            Services.Values.Where(s => s.ContainsKey("ports")).SelectMany(s => List(s["ports"])),
            p => Assert.StartsWith("127.0.0.1:", (string)p, StringComparison.Ordinal));

    [Fact]
    public void Files_it_mounts_and_builds_from_are_there()
    {
        var mounts = Services.Values.Where(s => s.ContainsKey("volumes")).SelectMany(s => List(s["volumes"]))
            .Select(v => ((string)v).Split(':')[0]).Where(v => v.StartsWith("./", StringComparison.Ordinal)).ToList();
        Assert.Equal(6, mounts.Count);
        Assert.All([.. mounts, (string)Map(Services["orchestrator"]["build"])["dockerfile"]], p => Assert.True(Path.Exists(Path.Combine(RepositoryRoot.Path, p)), p));
    }

    [Fact]
    public void Passwords_are_the_demonstrations_only()
    {
        var text = File.ReadAllText(Path.Combine(RepositoryRoot.Path, "compose.demo.yml"));
        var passwords = Password().Matches(text).Select(m => m.Groups["value"].Value).ToList();
        Assert.Equal(8, passwords.Count);
        Assert.All(passwords, p => Assert.Equal("demo-only", p));
    }

    [Fact]
    public void Prometheus_asks_services_that_are_there()
    {
        var jobs = List(Read("compose", "demo", "prometheus.yml")["scrape_configs"]).Select(Map).ToList();
        var targets = jobs.SelectMany(j => List(j["static_configs"])).SelectMany(c => List(Map(c)["targets"])).Cast<string>().ToList();
        Assert.Equal(3, targets.Count);
        Assert.All(targets, t => Assert.Contains(t.Split(':')[0], Services.Keys));
    }

    [Fact]
    public void Grafana_asks_Prometheus_and_its_dashboard_names_that_source()
    {
        var source = Map(List(Read("compose", "demo", "grafana", "datasources", "prometheus.yml")["datasources"]).Single());
        Assert.Equal("http://prometheus:9090", source["url"]);
        using var board = System.Text.Json.JsonDocument.Parse(File.ReadAllText(Path.Combine(RepositoryRoot.Path, "compose", "demo", "grafana", "dashboards", "demo.json")));
        Assert.All(board.RootElement.GetProperty("panels").EnumerateArray(), p => Assert.Equal(source["uid"], p.GetProperty("datasource").GetProperty("uid").GetString()));
    }

    private static Dictionary<object, object> Read(params string[] path) =>
        new DeserializerBuilder().Build().Deserialize<Dictionary<object, object>>(File.ReadAllText(Path.Combine([RepositoryRoot.Path, .. path])));

    private static Dictionary<object, object> Map(object value) => Assert.IsType<Dictionary<object, object>>(value);

    private static List<object> List(object value) => Assert.IsType<List<object>>(value);

    [GeneratedRegex(@"^[a-z0-9./-]+:v?\d+\.\d+[\w.-]*$")]
    private static partial Regex PinnedImage();

    [GeneratedRegex(@"(PASSWORD|_PASS): (?<value>\S+)|://\w+:(?<value>[^@\s]+)@", RegexOptions.ExplicitCapture)]
    private static partial Regex Password();
}
