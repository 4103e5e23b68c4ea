using Orchestrator.Core.Reading;
using Orchestrator.Engines.PostgreSql.Dumps;

namespace Orchestrator.Engines.PostgreSql.Tests.Target;

public sealed class DumpWordsTests
{
    [Fact]
    public void Table_is_done_when_the_next_one_begins_and_all_are_counted_at_the_end()
    {
        var told = new List<DumpedTables>();
        var words = new DumpWords(1, told.Add);

        foreach (var line in (string[])["pg_dump: saving encoding = UTF8", "pg_dump: dumping contents of table \"public.a\"", "pg_dump: dumping contents of table \"public.error: b\""]) words.Hear(line);
        words.End();

        Assert.Equal([new DumpedTables(0, 1), new DumpedTables(1, 2), new DumpedTables(2, 2)], told);
        Assert.Null(words.Error);
    }

    [Fact]
    public void Error_is_what_follows_the_first_one_and_not_longer_than_people_read()
    {
        var words = new DumpWords(0, _ => { });

        foreach (var line in (string[])["pg_dump: reading schemas", "pg_dump: error: query failed: ERROR:  permission denied for table t", "pg_dump: detail: Query was: LOCK TABLE " + new string('x', 5000), "a", "b", "c"]) words.Hear(line);

        Assert.StartsWith("pg_dump: error: query failed: ERROR:  permission denied for table t pg_dump: detail: Query was: LOCK TABLE xxx", words.Error, StringComparison.Ordinal);
        Assert.Equal(1003, words.Error!.Length);
    }
}
