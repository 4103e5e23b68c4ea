using System.Globalization;
using Orchestrator.Engines.PostgreSql.Sql;

namespace Orchestrator.Engines.PostgreSql.Cutover;

/// <summary>What the fence's function says about itself in the first line of its body.</summary>
/// <param name="Word"><c>leased</c>, <c>closed</c> or <c>open</c>.</param>
/// <param name="Deadline">Seconds since 1970 on the server's clock; 0 unless leased.</param>
/// <param name="Owner">Random id of the close call it belongs to.</param>
internal sealed record FenceHeader(string Word, decimal Deadline, string Owner)
{
    /// <summary>Reads the header from <c>pg_proc.prosrc</c>; null if the function is not one of ours.</summary>
    public static FenceHeader? Parse(string body)
    {
        var line = body.Split('\n')[0].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return line is ["--", "fence", var word, var deadline, var owner]
            && decimal.TryParse(deadline, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds)
            ? new FenceHeader(word, seconds, owner)
            : null;
    }
}

/// <summary>Names and function bodies of one run's fence; the same shape on both sides.</summary>
/// <param name="runId">The run.</param>
/// <param name="side"><c>source</c> or <c>target</c>: part of the names, so that both can live in one database server or even one database.</param>
internal sealed class FenceText(Guid runId, string side)
{
    public const string Schema = "orchestrator";

    /// <summary>Marks the schema as made by a fence, so that removing the fence may remove it when nothing else is in it.</summary>
    public const string SchemaComment = "Created by Orchestrator for the write fence; removed with it when empty.";

    /// <summary>SQLSTATE read_only_sql_transaction: what drivers and pools already take as "this is not the primary, go elsewhere".</summary>
    public const string Refused = "25006";

    public string Function { get; } = $"fence_{side}_{runId:N}";

    public string QualifiedFunction => $"{PgName.Quote(Schema)}.{PgName.Quote(Function)}";

    /// <summary>Sorts before every ordinary name: BEFORE STATEMENT triggers fire in name order, the fence first.</summary>
    public string Trigger { get; } = $"!orchestrator_fence_{side}_{runId:N}";

    /// <summary>Refuses until the lease ends; the deadline is worked out by the server when the statement runs.</summary>
    public string Leased(TimeSpan lease, string owner)
    {
        var seconds = lease.TotalSeconds.ToString("0.000000", CultureInfo.InvariantCulture);
        var body = Body(
            "leased", "@DEADLINE@", owner,
            $"""
             IF pg_catalog.clock_timestamp() OPERATOR(pg_catalog.<) pg_catalog.to_timestamp(@DEADLINE@) THEN
             {Raise("Writes to this database are stopped: it is being moved to another server.", "Try again in a few seconds; if it goes on, reconnect to the database's new address.")}
             END IF;
             RETURN NULL;
             """);
        return $"""
            EXECUTE pg_catalog.replace({PgName.Literal(Create(body))}, '@DEADLINE@',
              (pg_catalog.date_part('epoch', pg_catalog.clock_timestamp())::pg_catalog.numeric + {seconds})::pg_catalog.text);
            """;
    }

    /// <summary>Refuses until somebody replaces it.</summary>
    public string ClosedForGood(string owner) => Create(Body(
        "closed", "0", owner, Raise("Writes to this database are stopped: it has moved to another server.", "Reconnect to the database's new address.")));

    /// <summary>Refuses application sessions on the side that is still being filled.</summary>
    public string ClosedWhileFilling(string owner) => Create(Body(
        "closed", "0", owner, Raise("Writes to this database are not allowed yet: another database is being moved here.", "Use the old address until the switch is done.")));

    /// <summary>Lets everything pass.</summary>
    public string Open() => Create(Body("open", "0", "none", "RETURN NULL;"));

    private string Raise(string message, string hint) =>
        $"RAISE EXCEPTION USING ERRCODE = '{Refused}', MESSAGE = {PgName.Literal(message)}, HINT = {PgName.Literal(hint)}, "
        + $"SCHEMA = '{Schema}', CONSTRAINT = '{Function}';";

    private static string Body(string word, string deadline, string owner, string statements) =>
        $"-- fence {word} {deadline} {owner}\nBEGIN\n{statements}\nEND";

    private string Create(string body) =>
        $"CREATE OR REPLACE FUNCTION {QualifiedFunction}() RETURNS trigger LANGUAGE plpgsql AS {PgName.Literal(body)}";
}
