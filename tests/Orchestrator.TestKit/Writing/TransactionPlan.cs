namespace Orchestrator.TestKit;

/// <summary>The statements of one random transaction, drawn before it starts.</summary>
internal sealed record TransactionPlan(IReadOnlyList<string> Statements, bool Commits)
{
    public static TransactionPlan Draw(Random random, LiveWriterOptions options, WriterTable[] tables, long ledgerId)
    {
        var statements = new List<string> { "BEGIN" };
        if (ledgerId != 0)
            statements.Add(WriterLedger.InsertSql(ledgerId));
        var count = random.Next(1, options.StatementsPerTransaction + 1);
        for (var i = 0; tables.Length > 0 && i < count; i++)
            statements.Add(tables[random.Next(tables.Length)].DrawStatement(random, options.Mix));
        if (tables.Length > 0 && random.NextDouble() < options.SavepointShare)
        {
            statements.Add("SAVEPOINT undo");
            statements.Add(tables[random.Next(tables.Length)].DrawStatement(random, options.Mix));
            statements.Add("ROLLBACK TO SAVEPOINT undo");
            statements.Add(tables[random.Next(tables.Length)].DrawStatement(random, options.Mix));
        }
        return new TransactionPlan(statements, random.NextDouble() >= options.RollbackShare);
    }
}
