using Orchestrator.Core.Reading;
using Orchestrator.Core.Runs;
using Orchestrator.Engines.MySql;
using Orchestrator.Engines.PostgreSql;

namespace Orchestrator.EndToEnd.Tests.ChangeReaders;

/// <summary>PostgreSQL's log, read from a slot.</summary>
[Trait("Needs", "PostgreSql")]
public sealed class PostgreSqlChangeReaderTests(PostgreSqlServer server) : ChangeReaderConformance, IClassFixture<PostgreSqlServer>
{
    protected override string StructureCode => "E-DDL-001";

    protected override Task<SourceDatabase> CreateDatabaseAsync() => server.CreateDatabaseAsync();

    protected override ISourceEngine OpenEngine(string url, Guid run) => new PgSourceEngine(url, run, TimeProvider.System);
}

/// <summary>MariaDB's binary log.</summary>
[Trait("Needs", "MySql")]
public sealed class MySqlChangeReaderTests(LentMySqlServer server) : ChangeReaderConformance, IClassFixture<LentMySqlServer>
{
    protected override string StructureCode => "E-DDL-002";

    protected override Task<SourceDatabase> CreateDatabaseAsync() => server.CreateDatabaseAsync();

    protected override ISourceEngine OpenEngine(string url, Guid run) => new MySqlSourceEngine(url, new MappingOptions(), run, 1, TimeProvider.System);
}

/// <summary>PostgreSQL's log by way of Debezium and Kafka.</summary>
[Trait("Needs", "Kafka")]
public sealed class DebeziumPostgreSqlChangeReaderTests(PostgreSqlServer server, KafkaServers kafka)
    : ChangeReaderConformance, IClassFixture<PostgreSqlServer>, IClassFixture<KafkaServers>
{
    protected override string StructureCode => "E-DBZ-004";

    protected override Task<SourceDatabase> CreateDatabaseAsync() => server.CreateDatabaseAsync();

    protected override ISourceEngine OpenEngine(string url, Guid run) => kafka.Relay(new PgSourceEngine(url, run, TimeProvider.System), run);

    protected override IEnumerable<string> LeftBetween() => kafka.Connectors;
}

/// <summary>MariaDB's binary log by way of Debezium and Kafka.</summary>
[Trait("Needs", "Kafka")]
public sealed class DebeziumMariaDbChangeReaderTests(LentMySqlServer server, KafkaServers kafka)
    : ChangeReaderConformance, IClassFixture<LentMySqlServer>, IClassFixture<KafkaServers>
{
    /// <summary>The statement and the rows after it come by different topics.</summary>
    protected override string StructureCode => "E-DDL-002 E-DBZ-004 E-DBZ-005 E-DBZ-006";

    protected override string? TruncateCode => "E-DBZ-078";

    protected override bool StopsInPlace => false;

    protected override Task<SourceDatabase> CreateDatabaseAsync() => server.CreateDatabaseAsync();

    /// <summary>A TRUNCATE is told in its place among its own table's changes only where they have one partition.</summary>
    protected override ISourceEngine OpenEngine(string url, Guid run) =>
        kafka.Relay(new MySqlSourceEngine(url, new MappingOptions(), run, 1, TimeProvider.System, isRelayed: true), run, partitions: 1);

    protected override IEnumerable<string> LeftBetween() => kafka.Connectors;
}
