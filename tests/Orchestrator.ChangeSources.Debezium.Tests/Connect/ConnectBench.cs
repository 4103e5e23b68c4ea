using Orchestrator.ChangeSources.Debezium.Connect;
using Orchestrator.Core.Model;

namespace Orchestrator.ChangeSources.Debezium.Tests.Connect;

/// <summary>A client against a <see cref="FakeConnect"/> on a clock whose pauses take no time, and options to make connectors of.</summary>
internal sealed class ConnectBench : IDisposable
{
    public const string Password = "s3cret-of-the-source";

    public static readonly Guid Run = new("0123456789abcdef0123456789abcdef");

    public static readonly ConnectorNames Names = ConnectorNames.Of(Run);

    public ConnectBench(string login = "", ConnectOptions? options = null, TimeSpan? skip = null)
    {
        Time = new SkippingTime(skip ?? TimeSpan.FromSeconds(20));
        Client = new ConnectClient(ConnectAddress.Parse(Fake.Url.Replace("://", $"://{login}", StringComparison.Ordinal)), options ?? new ConnectOptions(), Time);
    }

    public FakeConnect Fake { get; } = new();

    public SkippingTime Time { get; }

    public ConnectClient Client { get; }

    public static ConnectorConfig PostgreSql(string password = Password) => ConnectorSettings.Of(PostgreSqlOptions(password));

    public static ConnectorOptions PostgreSqlOptions(string password = Password) => new()
    {
        Kind = ConnectorKind.PostgreSql,
        Names = Names,
        Source = new ConnectorSource("db1", 5432, "shop", "mover", password),
        Tables = [new TableRef("shop", "orders"), new TableRef("shop", "customers")],
        Slot = "orchestrator_0123456789abcdef",
        Publication = "orchestrator_0123456789abcdef",
    };

    public static ConnectorOptions BinlogOptions(ConnectorKind kind, string password = Password) => new()
    {
        Kind = kind,
        Names = Names,
        Source = new ConnectorSource("db1", 3306, "", "mover", password),
        Tables = [new TableRef("shop", "orders"), new TableRef("shop", "customers"), new TableRef("crm", "people")],
        ServerId = 77001,
        BootstrapServers = "kafka:9092",
    };

    public void Dispose()
    {
        Client.Dispose();
        Fake.Dispose();
    }
}
