using Orchestrator.Core.Assessment;

namespace Orchestrator.Engines.PostgreSql.Assessment;

/// <summary>
/// One named look at the source, the target or both. It only reads; what it cannot read it reports by the exception,
/// and the other checks go on. To add one: write it beside its siblings in <c>Checks/</c> and give it a line in
/// <c>docs/assessment.md</c>.
/// </summary>
internal interface IPgCheck
{
    /// <summary>Stable for ever, <c>F-XXX-nnn</c>; also the id of its findings.</summary>
    string Id { get; }

    /// <summary>What it looks at, in a few words; the row of <c>docs/assessment.md</c>.</summary>
    string Title { get; }

    /// <summary>The worst it can report. If that is a blocker, not being able to look is one too.</summary>
    Severity Worst { get; }

    /// <summary>Phase its findings block or endanger.</summary>
    string Phase { get; }

    /// <summary>It asks the source, or means nothing unless the source is PostgreSQL too.</summary>
    bool NeedsSource { get; }

    /// <summary>The check has a meaning for what is planned.</summary>
    bool Applies(AssessmentRequest request);

    Task RunAsync(PgCheckContext context, PgFindings found, CancellationToken ct);
}

/// <summary>A check whose look is a piece of code.</summary>
internal sealed record PgCheck(
    string Id, Severity Worst, string Phase, string Title, Func<PgCheckContext, PgFindings, CancellationToken, Task> Look) : IPgCheck
{
    public bool NeedsSource { get; init; } = true;

    /// <summary>Without changes to follow there is nothing to look for.</summary>
    public bool OnlyWhenFollowing { get; init; }

    public bool Applies(AssessmentRequest request) => request.FollowChanges || !OnlyWhenFollowing;

    public Task RunAsync(PgCheckContext context, PgFindings found, CancellationToken ct) => Look(context, found, ct);
}

/// <summary>Which of the two databases a check looks at.</summary>
internal enum PgSideName
{
    Source,
    Target,
}

/// <summary>
/// A check that is one query. It returns object, why and fix, one row per finding; <c>$1</c> is the array of the oids of
/// every selected relation of the source (tables, partitioned tables, foreign tables, materialized views).
/// </summary>
internal sealed record PgQueryCheck(string Id, Severity Worst, string Phase, string Title, string Sql) : IPgCheck
{
    public PgSideName Side { get; init; } = PgSideName.Source;

    public bool NeedsSource
    {
        get => field || Side == PgSideName.Source;
        init;
    }

    /// <inheritdoc cref="PgCheck.OnlyWhenFollowing"/>
    public bool OnlyWhenFollowing { get; init; }

    /// <summary>What the objects are, in the plural: rows with the same why and fix become one finding that counts them.</summary>
    public string? Together { get; init; }

    public bool Applies(AssessmentRequest request) => request.FollowChanges || !OnlyWhenFollowing;

    public async Task RunAsync(PgCheckContext context, PgFindings found, CancellationToken ct)
    {
        var side = context.Side(Side);
        object[] parameters = Sql.Contains("$1", StringComparison.Ordinal) ? [context.Oids] : [];
        var rows = await side.RowsAsync(Sql, ct, parameters);
        if (Together is null)
        {
            foreach (var row in rows) found.Add(row[0], row[1], row[2]);
            return;
        }

        foreach (var alike in rows.GroupBy(r => (Why: r[1], Fix: r[2])))
            found.AddTogether(Together, [.. alike.Select(r => r[0])], alike.Key.Why, alike.Key.Fix);
    }
}
