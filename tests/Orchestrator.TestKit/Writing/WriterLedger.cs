using System.Collections.Concurrent;
using System.Globalization;

namespace Orchestrator.TestKit;

/// <summary>
/// Remembers which transactions the database acknowledged. A transaction whose connection broke during COMMIT
/// is neither: it may be there or not.
/// </summary>
public sealed class WriterLedger
{
    /// <summary>Looks before it creates: an application's role may write the table without the right to create one.</summary>
    internal const string CreateSql = """
        DO $$ BEGIN
            IF to_regclass('public.app_ledger') IS NULL THEN
                CREATE TABLE public.app_ledger(id bigint PRIMARY KEY, written_at timestamptz NOT NULL DEFAULT clock_timestamp());
            END IF;
        END $$
        """;

    private readonly ConcurrentDictionary<long, bool> _known = new();
    private long _last;

    /// <summary>How many transactions were acknowledged.</summary>
    public int AcknowledgedCount => _known.Count(k => k.Value);

    /// <summary>
    /// Compares the ledger with what a database holds: every acknowledged id must be there, no refused one may be.
    /// </summary>
    /// <returns>One sentence per violation.</returns>
    public async Task<IReadOnlyList<string>> VerifyAsync(string connectionString)
    {
        var rows = await PgText.QueryRowsAsync(connectionString, "SELECT id FROM public.app_ledger");
        var found = rows.Select(r => long.Parse(r[0]!, CultureInfo.InvariantCulture)).ToHashSet();
        return
        [
            .. _known.Where(k => k.Value && !found.Contains(k.Key)).Select(k => $"acknowledged transaction {k.Key} is lost"),
            .. _known.Where(k => !k.Value && found.Contains(k.Key)).Select(k => $"refused transaction {k.Key} is there"),
        ];
    }

    internal static string InsertSql(long id) => $"INSERT INTO public.app_ledger(id) VALUES ({id})";

    internal long Begin() => Interlocked.Increment(ref _last);

    internal void Acknowledged(long id) => Note(id, true);

    internal void Refused(long id) => Note(id, false);

    private void Note(long id, bool acknowledged)
    {
        if (id != 0)
            _known[id] = acknowledged;
    }
}
