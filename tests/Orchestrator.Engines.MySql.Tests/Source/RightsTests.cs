using Orchestrator.Core.Assessment;
using Orchestrator.Core.Reading;
using Orchestrator.Core.Runs;
using Orchestrator.Engines.MySql.Assessment;
using Orchestrator.TestKit;

namespace Orchestrator.Engines.MySql.Tests.Source;

/// <summary>What the assessment says of an account's rights, with real accounts.</summary>
[Trait("Needs", "MySql")]
public sealed class RightsTests
{
    private const string Everything = "SELECT, RELOAD, LOCK TABLES, PROCESS, REPLICATION SLAVE, BINLOG MONITOR, READ_ONLY ADMIN ON *.*";

    [Theory]
    [InlineData(Everything, "", "")]
    [InlineData("SELECT, PROCESS, REPLICATION SLAVE, BINLOG MONITOR, READ_ONLY ADMIN ON *.*", "LOCK TABLES ON `{0}`.*", "F-MYS-023")]
    [InlineData("SELECT, RELOAD, PROCESS, REPLICATION SLAVE, BINLOG MONITOR, READ_ONLY ADMIN ON *.*", "LOCK TABLES ON `mysql`.*", "F-MYS-024")]
    [InlineData("SELECT, RELOAD, LOCK TABLES, PROCESS, REPLICATION SLAVE, BINLOG MONITOR ON *.*", "", "F-MYS-024")]
    [InlineData("SELECT, RELOAD, LOCK TABLES, PROCESS, BINLOG MONITOR, READ_ONLY ADMIN ON *.*", "", "F-MYS-021")]
    [InlineData("SELECT, RELOAD, LOCK TABLES, PROCESS, REPLICATION SLAVE, READ_ONLY ADMIN ON *.*", "", "F-MYS-022")]
    public async Task Account_that_lacks_a_right_is_told_which(string onServer, string onDatabase, string expected)
    {
        await using var pair = await MySqlPair.CreateAsync("rights");
        var user = $"r_{pair.Source.Name}";
        await pair.Source.ExecuteAsync($"CREATE TABLE t(id int PRIMARY KEY); CREATE USER '{user}'@'127.0.0.1' IDENTIFIED BY 'x'; GRANT {onServer} TO '{user}'@'127.0.0.1'");
        if (onDatabase.Length > 0) await pair.Source.ExecuteAsync($"GRANT {onDatabase.Replace("{0}", pair.Source.Name.Replace("_", "\\_", StringComparison.Ordinal), StringComparison.Ordinal)} TO '{user}'@'127.0.0.1'");

        var assessor = new MySqlSourceAssessor(pair.Source.Server.Url(pair.Source.Name, user, "x"), new MappingOptions());
        var (side, _) = await assessor.AssessAsync(new AssessmentRequest(TableSelection.All, FollowChanges: true, TimeSpan.Zero, 2), default);
        var found = side.Findings.Where(f => f.Object == "account").Select(f => f.Id).Distinct();
        Assert.Equal(expected.Length == 0 ? [] : [expected], found);
    }
}
