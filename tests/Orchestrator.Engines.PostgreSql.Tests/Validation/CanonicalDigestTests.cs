using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Orchestrator.Core.Model;
using Orchestrator.Core.Validation;
using Orchestrator.Engines.PostgreSql.Sql;
using Orchestrator.Engines.PostgreSql.Validation;
using Orchestrator.TestKit;

namespace Orchestrator.Engines.PostgreSql.Tests.Validation;

/// <summary>CASES V7, V8: the digest that another system can compute too, against one computed here.</summary>
[Trait("Needs", "PostgreSql")]
public sealed class CanonicalDigestTests
{
    private static readonly CancellationToken None = CancellationToken.None;

    public static TheoryData<string> Types => [.. CanonicalValues.All.Select(v => v.Type).Distinct()];

    [Theory]
    [MemberData(nameof(Types))]
    public async Task V7_values_have_the_text_every_system_gives_them(string type)
    {
        var values = CanonicalValues.All.Where(v => v.Type == type).ToList();
        await using var pair = await PgPair.CreateDatabasesAsync("canon");
        await pair.Target.ExecuteAsync(
            $"CREATE TYPE mood AS ENUM ('so so ', ''); CREATE TABLE t (id int PRIMARY KEY, v {type});"
            + string.Concat(values.Select((v, i) => $"INSERT INTO t VALUES ({i}, {v.Value});")));
        await using var session = new PgSession(pair.Target.ConnectionString, "test");
        await using var digests = await OpenAsync(session);

        var rows = await RowsAsync(digests, Table("id", "id", "v"));

        Assert.Equal(values.Select((_, i) => i.ToString(CultureInfo.InvariantCulture)), rows.Select(r => r.Row.Key[0]));
        Assert.Equal(values.Select(v => v.Text), rows.Select(r => r.Cells[1].Text));
        Assert.Equal(values.Select((v, i) => Hash(i.ToString(CultureInfo.InvariantCulture), v.Text)), rows.Select(r => (r.Row.HashA, r.Row.HashB)));
        // The form is what another system compares its own with.
        Assert.All((await digests.ColumnsAsync(new TableRef("public", "t"), None))!, c => Assert.NotNull(c.Form));
    }

    [Theory]
    [MemberData(nameof(Types))]
    public async Task V9_rows_are_found_by_keys_of_the_type_and_values_the_type_cannot_hold_are_not_found(string type)
    {
        var values = CanonicalValues.All.Where(v => v.Type == type && v.Text is not null).DistinctBy(v => v.Text).ToList();
        await using var pair = await PgPair.CreateDatabasesAsync("canonkey");
        await pair.Target.ExecuteAsync($"CREATE TYPE mood AS ENUM ('so so ', ''); CREATE TABLE t (v {type} NOT NULL);"
            + string.Concat(values.Select(v => $"INSERT INTO t VALUES ({v.Value});")));
        await using var session = new PgSession(pair.Target.ConnectionString, "test");
        await using var digests = await OpenAsync(session);

        var rows = await RowsAsync(digests, Table("v", "v"));
        Assert.Equal(values.Select(v => v.Text).Order(StringComparer.Ordinal), rows.Select(r => r.Row.Key[0]).Order(StringComparer.Ordinal));

        var foreign = (await digests.ColumnsAsync(new TableRef("public", "t"), None))![0].Form switch
        {
            CanonicalForm.Integer or CanonicalForm.Numeric => "99999999999999999999",
            CanonicalForm.Date => "0000-00-00",
            CanonicalForm.Timestamp or CanonicalForm.Moment => "2024-00-15 00:00:00.000000",
            CanonicalForm.Time => "-999:00:00.000000",
            CanonicalForm.Bytes => "ab",
            CanonicalForm.Uuid => "00000000-0000-0000-0000-000000000000",
            _ => "nothing of the kind",
        };
        Assert.Empty(await digests.ReadAsync(Table("v", "v"), [new RowDigest([foreign], 0, 0)], None));
    }

    [Fact]
    public async Task V8_columns_are_told_apart_and_rows_without_key_are_counted()
    {
        await using var pair = await PgPair.CreateDatabasesAsync("canonrow");
        await pair.Target.ExecuteAsync("""
            CREATE TABLE t (x text, y text);
            INSERT INTO t VALUES ('a', 'bc'), ('ab', 'c'), ('', NULL), (NULL, ''), ('a', 'bc'), ('1:a', '~'), ('ä', '')
            """);
        await using var session = new PgSession(pair.Target.ConnectionString, "test");
        await using var digests = await OpenAsync(session);
        var table = new DigestTable(new TableRef("public", "t"), ["x", "y"], []);

        var rows = new Dictionary<(long, long), long>();
        await foreach (var row in digests.RowsAsync(table, 1, [0], None)) rows[(row.HashA, row.HashB)] = row.Count;

        Assert.Equal(
            new Dictionary<(long, long), long>
            {
                [Hash("a", "bc")] = 2, [Hash("ab", "c")] = 1, [Hash("", null)] = 1, [Hash(null, "")] = 1, [Hash("1:a", "~")] = 1, [Hash("ä", "")] = 1,
            },
            rows);
        var sums = await digests.DigestAsync(table, 1024, null, None);
        Assert.Equal(rows.Aggregate(System.Numerics.BigInteger.Zero, (sum, r) => sum + (r.Value * (System.Numerics.BigInteger)r.Key.Item1)), sums.Values.Aggregate((a, b) => a + b).HashA);
        Assert.All(rows, r => Assert.True(sums.ContainsKey((int)(r.Key.Item1 & 1023))));
    }

    [Fact]
    public async Task V8_bucket_is_the_first_hash_of_the_key_texts()
    {
        await using var pair = await PgPair.CreateDatabasesAsync("canonbucket");
        await pair.Target.ExecuteAsync("CREATE TABLE t (a int, b text, v text, PRIMARY KEY (b, a)); INSERT INTO t SELECT i, 'k' || i, 'v' FROM generate_series(1, 50) i");
        await using var session = new PgSession(pair.Target.ConnectionString, "test");
        await using var digests = await OpenAsync(session);

        var sums = await digests.DigestAsync(new DigestTable(new TableRef("public", "t"), ["a", "b", "v"], ["b", "a"]), 64, null, None);

        var expected = Enumerable.Range(1, 50).GroupBy(i => (int)(Hash($"k{i}", $"{i}").A & 63), i => (System.Numerics.BigInteger)Hash($"{i}", $"k{i}", "v").B);
        Assert.Equal(expected.ToDictionary(g => g.Key, g => g.Aggregate((x, y) => x + y)), sums.ToDictionary(s => s.Key, s => s.Value.HashB));
    }

    [Fact]
    public async Task V7_floats_have_the_fewest_digits_that_give_them_back()
    {
        var random = new Random(20260101);
        var values = Enumerable.Range(0, 4000).Select(_ => BitConverter.Int64BitsToDouble(random.NextInt64()))
            .Concat(Enumerable.Range(0, 4000).Select(_ => Math.ScaleB(1 + random.NextDouble(), random.Next(50, 130))))
            .Concat(Enumerable.Range(0, 2000).Select(_ => (double)(8 * random.NextInt64(1L << 51, 1L << 52)))).Where(double.IsFinite).ToArray();
        await using var pair = await PgPair.CreateDatabasesAsync("canonfloat");
        await using var session = new PgSession(pair.Target.ConnectionString, "test");
        await using var connection = await session.OpenAsync(None);
        var column = new PgDigestColumn("f", "double precision", "double precision", 701, false, false);

        var texts = await connection.ListAsync(
            $"SELECT {PgHash.Canonical[0].Text(column, "t.f")} FROM unnest($1::float8[]) WITH ORDINALITY t(f, o) ORDER BY o", r => r.GetString(0), None, values);

        for (var i = 0; i < values.Length; i++)
        {
            Assert.Equal(values[i], double.Parse(texts[i], CultureInfo.InvariantCulture));
            var (digits, exponent) = (texts[i].Split('e')[0], texts[i].Split('e')[1]);
            Assert.DoesNotMatch("^-?0|0$", digits);
            if (digits.TrimStart('-').Length == 1) continue;
            var shorter = System.Numerics.BigInteger.Parse(digits, CultureInfo.InvariantCulture) / 10;
            foreach (var near in (System.Numerics.BigInteger[])[shorter, shorter + Math.Sign(values[i])])
                Assert.NotEqual(values[i], double.Parse($"{near}0e{exponent}", CultureInfo.InvariantCulture));
        }
    }

    [Fact]
    public async Task V8_probe_is_the_one_that_other_systems_answer()
    {
        await using var pair = await PgPair.CreateDatabasesAsync("canonprobe");
        await using var session = new PgSession(pair.Target.ConnectionString, "test");
        var methods = await new PgDigestReader(session, "target").MethodsAsync(None);
        foreach (var method in CanonicalMethod.All)
        {
            var (row, key) = (HashBy(method, [.. CanonicalForm.ProbeRow]), HashBy(method, CanonicalForm.ProbeRow[0]));
            Assert.Contains(new DigestMethod(method.Name, $"{row.A} {row.B} {key.A}"), methods);
        }
    }

    [Fact]
    public async Task V11_types_without_a_canonical_text_are_said_to_be_so()
    {
        await using var bench = await ValidationBench.CreateAsync("canonnone");
        await bench.Pair.ExecuteOnBothAsync("CREATE TABLE t (id int PRIMARY KEY, v inet); CREATE TABLE u (id int PRIMARY KEY, v text)");
        var reports = await bench.ByMethodAsync(CanonicalMethod.Md5.Name);
        Assert.Equal((ValidationVerdict.NotProven, ValidationVerdict.Equal), (reports.Single(r => r.Table.Name == "t").Verdict, reports.Single(r => r.Table.Name == "u").Verdict));
        Assert.Contains("column v, inet on the source and inet on the target, cannot be compared", reports.Single(r => r.Table.Name == "t").Reason, StringComparison.Ordinal);
    }

    private static DigestTable Table(string key, params string[] columns) => new(new TableRef("public", "t"), columns, [key]);

    private static async Task<IDigestSession> OpenAsync(PgSession session)
    {
        var reader = new PgDigestReader(session, "target");
        return await reader.OpenAsync((await reader.MethodsAsync(None)).Single(m => m.Name == CanonicalMethod.Md5.Name), null, 1, None);
    }

    /// <summary>The rows as the drill-down finds them, looked up again by their keys.</summary>
    private static async Task<IReadOnlyList<RowContent>> RowsAsync(IDigestSession digests, DigestTable table)
    {
        var rows = new List<RowDigest>();
        await foreach (var row in digests.RowsAsync(table, 1, [0], None)) rows.Add(row);
        var found = (await digests.ReadAsync(table, rows, None)).OrderBy(r => r.Row.Key[0].Length).ThenBy(r => r.Row.Key[0], StringComparer.Ordinal).ToList();
        Assert.Equal(
            rows.Select(r => (r.Key[0], r.HashA, r.HashB)).Order(), found.Select(r => (r.Row.Key[0], r.Row.HashA, r.Row.HashB)).Order());
        return found;
    }

    /// <summary>The digest as CanonicalForm defines it.</summary>
    private static (long A, long B) Hash(params string?[] texts) => HashBy(CanonicalMethod.Md5, texts);

    private static (long A, long B) HashBy(CanonicalMethod method, params string?[] texts)
    {
        var row = string.Concat(texts.Select(t => t is null ? "~" : $"{t.EnumerateRunes().Count()}:{t}"));
        var hash = CryptographicOperations.HashData(method.Algorithm, Encoding.UTF8.GetBytes(row));
        return (BinaryPrimitives.ReadInt64BigEndian(hash), BinaryPrimitives.ReadInt64BigEndian(hash.AsSpan(8)));
    }
}
