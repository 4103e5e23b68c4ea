using Orchestrator.Core.Errors;
using Orchestrator.Engines.PostgreSql.Sql;

namespace Orchestrator.Engines.PostgreSql.Tests.Sql;

public sealed class PgErrorsTests
{
    [Theory]
    [InlineData("40P01", ErrorKind.Transient)]
    [InlineData("08006", ErrorKind.Transient)]
    [InlineData("53300", ErrorKind.Transient)]
    [InlineData("53100", ErrorKind.Configuration)]
    [InlineData("22P02", ErrorKind.Data)]
    [InlineData("XX001", ErrorKind.Data)]
    [InlineData("42601", ErrorKind.Bug)]
    [InlineData("", ErrorKind.Bug)]
    public void KindOf_follows_the_state(string state, ErrorKind kind) => Assert.Equal(kind, PgErrors.KindOf(state));
}
