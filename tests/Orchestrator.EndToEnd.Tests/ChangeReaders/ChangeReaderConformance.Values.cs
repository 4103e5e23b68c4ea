using System.Security.Cryptography;
using Orchestrator.Core.Model;

namespace Orchestrator.EndToEnd.Tests.ChangeReaders;

public abstract partial class ChangeReaderConformance
{
    private const string Odd = "tab\tline\nreturn\rback\\slash \\N 'quote' \"double\" Größe 😀";
    private const string OddLiteral = "'tab\tline\nreturn\rback\\slash \\N ''quote'' \"double\" Größe 😀'";

    [Fact]
    public async Task C2_C4_Images_hold_the_values_exactly_and_a_large_one_that_was_not_changed_is_never_null()
    {
        // Not compressible, so that PostgreSQL keeps it apart from the row.
        string Large(int bytes) => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(bytes / 2));
        var (large, larger) = (Large(200_000), Large(300_000));
        await _app.RunAsync($"CREATE TABLE v (id int PRIMARY KEY, txt varchar(200), note varchar(50), num decimal(38,10), big bigint, doc {_database.LongText})");
        await FollowAsync("v");
        await _app.RunAsync(
            $"INSERT INTO v VALUES (1, {OddLiteral}, '', 1234567890123456789012345678.0123456789, -9223372036854775808, '{large}')",
            "INSERT INTO v VALUES (2, NULL, NULL, NULL, NULL, NULL), (3, '', ' ', -0.5, 0, '')",
            "UPDATE v SET note = 'changed' WHERE id = 1",
            "UPDATE v SET note = NULL WHERE id = 1",
            "UPDATE v SET id = 100, big = 9223372036854775807 WHERE id = 1",
            $"UPDATE v SET doc = '{larger}' WHERE id = 100",
            "UPDATE v SET doc = NULL, num = 0 WHERE id = 3",
            "DELETE FROM v WHERE id = 2");

        var delivered = await ReadAllAsync(Start);
        Assert.Equal(["+ v 1", "+ v 2, + v 3", "* v 1", "* v 1", "* v 1>100", "* v 100", "* v 3", "- v 2"], delivered.Texts);
        var news = delivered.Changes.Select(c => c.New).ToList();
        Assert.Equal<string?[]>(["1", Odd, "", "1234567890123456789012345678.0123456789", "-9223372036854775808", large], news[0]);
        Assert.Equal<string?[]>(["2", null, null, null, null, null], news[1]);
        Assert.Equal<string?[]>(["3", "", " ", "-0.5000000000", "0", ""], news[2]);
        Assert.Equal("changed", news[3]![2]);
        Assert.Null(news[4]![2]);
        Assert.Equal("9223372036854775807", news[5]![4]);
        Assert.Equal(larger, news[6]![5]);
        Assert.Null(news[7]![5]);
        // Left out because it had not changed, or there as it is.
        Assert.All(news[3..6], n => Assert.True(ReferenceEquals(n![5], DeliveredChange.Unchanged) || n[5] == large));
        Assert.NotEqual(OldImage.None, delivered.Changes.Single(c => c.ToString() == "* v 1>100").OldKind);

        var rows = new TableRows("v");
        rows.Apply(delivered.Transactions);
        rows.AssertEqual(await _database.QueryAsync("SELECT id, txt, note, num, big, doc FROM v ORDER BY id"));
    }

    [Fact]
    public async Task K5_Keys_that_move_between_rows_come_as_the_source_made_them()
    {
        await _app.RunAsync("CREATE TABLE k (p int, q varchar(20), v int, PRIMARY KEY (p, q))");
        await FollowAsync("k");
        await _app.RunAsync(
            "BEGIN", "INSERT INTO k VALUES (1, 'a', 1), (2, '', 2)", "UPDATE k SET p = 0 WHERE p = 1", "UPDATE k SET p = 1, q = 'a' WHERE p = 2",
            "UPDATE k SET p = 2, q = '' WHERE p = 0", "COMMIT", "DELETE FROM k WHERE p = 1", "INSERT INTO k VALUES (1, 'a', 3)");

        var delivered = await ReadAllAsync(Start);
        Assert.Equal(["+ k 1|a, + k 2|, * k 1|a>0|a, * k 2|>1|a, * k 0|a>2|", "- k 1|a", "+ k 1|a"], delivered.Texts);
        var rows = new TableRows("k");
        rows.Apply(delivered.Transactions);
        rows.AssertEqual(await _database.QueryAsync("SELECT p, q, v FROM k ORDER BY p"));
    }
}
