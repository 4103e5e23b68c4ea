using Orchestrator.Core.Model;
using Orchestrator.Core.Positions;
using Orchestrator.Core.Reading;
using Orchestrator.TestKit;

namespace Orchestrator.Engines.PostgreSql.Tests.Cdc;

/// <summary>
/// Random transactions over small key spaces, so that keys are moved, freed and taken again all the time: applied as one
/// collapsed batch and change by change they end in the source's own state.
/// </summary>
[Trait("Needs", "PostgreSql")]
public sealed class CollapsePropertyTests
{
    private const string Tables = """
        CREATE TABLE pk (id int PRIMARY KEY, u int UNIQUE, v text, big text);
        CREATE TABLE two (a text, b numeric, v text, big text, PRIMARY KEY (b, a)); ALTER TABLE two REPLICA IDENTITY FULL;
        CREATE TABLE bare (id int, v text, big text); ALTER TABLE bare REPLICA IDENTITY FULL;
        ALTER TABLE pk ALTER big SET STORAGE EXTERNAL; ALTER TABLE two ALTER big SET STORAGE EXTERNAL; ALTER TABLE bare ALTER big SET STORAGE EXTERNAL;
        """;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task C8_a_collapsed_batch_ends_where_its_changes_one_by_one_end(int seed)
    {
        await using var bench = await CdcBench.LoadedAsync("collapse", Tables);
        var random = new Random(seed);
        for (var i = 0; i < 40; i++) await WriteAsync(bench, random);
        await using var reader = bench.Source.Capture.OpenReader(bench.Tables);
        var changes = 0;
        await bench.Source.Capture.EmitMarkerAsync("end", CancellationToken.None);
        var batch = await bench.ReadBatchAsync(reader, b => (changes = b.Changes.Length) > 0 && b.Marker == "end", new(1_000_000, 1 << 28, TimeSpan.FromSeconds(2)));
        Assert.True(changes > 80, $"{changes} changes");
        await using var single = await OneByOneAsync(bench, batch);

        await using (var writer = bench.Target.OpenChangeWriter())
        {
            var at = (await bench.CheckpointAsync()).Position;
            var checkpoint = await writer.ApplyAsync(batch, at, new FencingToken(1), CancellationToken.None);
            Assert.Equal((0L, changes), (checkpoint!.Drift, (int)checkpoint.Rows));
        }

        await FullCompare.RequireEqualAsync(bench.Pair, SequenceRule.Ignore);
        await FullCompare.RequireEqualAsync(bench.Pair.Source.ConnectionString, single.Pair.Target.ConnectionString, null, SequenceRule.Ignore);
    }

    /// <summary>Applies each change as a batch of its own to another target.</summary>
    private static async Task<CdcBench> OneByOneAsync(CdcBench bench, ChangeBatch batch)
    {
        var other = await CdcBench.LoadedAsync("single", Tables);
        await using var writer = other.Target.OpenChangeWriter();
        var at = (await other.CheckpointAsync()).Position;
        for (var i = 0; i < batch.Changes.Length; i++)
        {
            var last = i == batch.Changes.Length - 1;
            var checkpoint = await writer.ApplyAsync(
                new ChangeBatch
                {
                    Tables = batch.Tables,
                    Transactions = batch.Transactions,
                    Changes = batch.Changes.Slice(i, 1),
                    Buffer = batch.Buffer,
                    EndsTransaction = last,
                    End = batch.End,
                },
                at,
                new FencingToken(1),
                CancellationToken.None);
            if (last) Assert.Equal(0, checkpoint!.Drift);
        }

        return other;
    }

    private static async Task WriteAsync(CdcBench bench, Random random)
    {
        var statements = Enumerable.Range(0, random.Next(1, 12)).Select(_ => Statement(random));
        var body = string.Concat(statements.Select(s => $"BEGIN {s}; EXCEPTION WHEN unique_violation THEN NULL; END;\n"));
        await bench.Pair.Source.ExecuteAsync($"DO $do$ BEGIN {body} END $do$");
    }

    private static string Statement(Random random)
    {
        var (k, m) = (random.Next(8), random.Next(8));
        var big = random.Next(3) == 0 ? "NULL" : $"repeat(md5('{random.Next()}'), 100)";
        return random.Next(20) switch
        {
            0 or 1 or 2 => $"INSERT INTO pk VALUES ({k}, {random.Next(12)}, 'i', {big})",
            3 or 4 => $"UPDATE pk SET v = v || 'u' WHERE id = {k}",
            5 or 6 => $"UPDATE pk SET id = {m}, v = 'moved' WHERE id = {k}",
            7 => $"UPDATE pk SET big = {big} WHERE id = {k}",
            8 => $"DELETE FROM pk WHERE id = {k}",
            9 => $"UPDATE pk SET u = {random.Next(12)} WHERE id = {k}",
            10 => $"INSERT INTO two VALUES ('{k % 3}', {m}.{k % 2}0, NULL, {big})",
            11 => $"UPDATE two SET a = '{m % 3}' WHERE b = {k}.0",
            12 => $"UPDATE two SET b = b + 1, v = 'x' WHERE a = '{k % 3}' AND b < 3",
            13 => $"DELETE FROM two WHERE b = {m}",
            14 => $"UPDATE two SET big = {big} WHERE b > {k}",
            15 => $"INSERT INTO bare SELECT {k}, 'b', {big} FROM generate_series(1, 2)",
            16 => $"UPDATE bare SET v = v || '.' WHERE id = {k}",
            17 => $"DELETE FROM bare WHERE ctid IN (SELECT ctid FROM bare WHERE id = {k} LIMIT 1)",
            18 => random.Next(6) == 0 ? "TRUNCATE pk, bare" : $"UPDATE pk SET v = NULL WHERE id > {k}",
            _ => random.Next(6) == 0 ? "TRUNCATE two" : $"UPDATE bare SET id = {m} WHERE id = {k}",
        };
    }
}
