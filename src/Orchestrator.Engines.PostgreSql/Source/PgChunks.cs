using Orchestrator.Core.Model;

namespace Orchestrator.Engines.PostgreSql.Source;

/// <summary>Cuts tables into ranges by pages on disk: exact, and free, where counting rows is neither.</summary>
internal static class PgChunks
{
    /// <summary>64 MiB: a smaller table is one chunk, which can be loaded frozen.</summary>
    private const long SmallTablePages = 8192;

    /// <summary>256 MiB: what at most is done again after a crash.</summary>
    private const long LargestChunkPages = 32768;

    /// <summary>
    /// 2 GiB: below it a single session loads a table frozen and in its order, which spares the indexes a sixth of their time; that is
    /// worth doing it all again after a crash.
    /// </summary>
    private const long LargestWholePages = 262144;

    /// <summary>Ranges of a table; the open-ended one last, it may have grown since it was measured.</summary>
    /// <param name="table">The table.</param>
    /// <param name="workers">Copy sessions: a large table gives work to all of them.</param>
    public static IReadOnlyList<ChunkRange> Of(TableSchema table, int workers)
    {
        if (table.Pages <= (workers == 1 ? LargestWholePages : SmallTablePages)) return [new WholeTable()];
        // A multiple of the workers, all of one size: none of them waits for the last chunk of another.
        var rounds = ((table.Pages - 1) / ((long)workers * LargestChunkPages)) + 1;
        var size = Math.Max((table.Pages + (rounds * workers) - 1) / (rounds * workers), SmallTablePages / 2);
        var count = (int)((table.Pages + size - 1) / size);
        return [.. Enumerable.Range(0, count).Select(i => new PageRange(i * size, i == count - 1 ? null : (i + 1) * size))];
    }
}
