using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Npgsql;
using Orchestrator.Core.Reading;
using Orchestrator.Engines.PostgreSql.Target;
using Orchestrator.Engines.PostgreSql.Target.Apply;
using Orchestrator.TestKit;

namespace Orchestrator.Engines.PostgreSql.Tests.Cdc;

public sealed class ApplyTextTests
{
    [Fact]
    public void Keys_get_dense_numbers_by_first_sight_and_parts_do_not_run_together() => Prop.ForAll<NonNull<string>[][]>(rows =>
    {
        var table = new KeyTable();
        var expected = new Dictionary<string, int>();
        foreach (var row in rows)
        {
            var (key, length) = (Array.Empty<byte>(), 0);
            foreach (var part in row) KeyTable.AppendPart(ref key, ref length, Encoding.UTF8.GetBytes(part.Get));
            var name = string.Join('|', row.Select(p => Convert.ToHexString(Encoding.UTF8.GetBytes(p.Get)))) + row.Length;
            var number = table.GetOrAdd(key.AsSpan(0, length), out var isNew);
            Assert.Equal(isNew, expected.TryAdd(name, expected.Count));
            Assert.Equal(expected[name], number);
            var left = table.Key(number);
            foreach (var part in row) Assert.Equal(Encoding.UTF8.GetBytes(part.Get), KeyTable.TakePart(ref left).ToArray());
            Assert.True(left.IsEmpty);
        }

        Assert.Equal(expected.Count, table.Count);
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Many_keys_are_all_found_again()
    {
        var table = new KeyTable();
        for (var round = 0; round < 2; round++)
        {
            for (var i = 0; i < 50_000; i++)
            {
                Assert.Equal(i, table.GetOrAdd(BitConverter.GetBytes((long)i * 64), out var isNew));
                Assert.Equal(round == 0, isNew);
            }
        }
    }

    [Fact]
    [Trait("Needs", "PostgreSql")]
    public async Task The_server_reads_back_every_text_an_array_was_built_of()
    {
        var pair = await PgPair.SharedAsync();
        await using var connection = new NpgsqlConnection(pair.Target.ConnectionString("postgres"));
        await connection.OpenAsync();
        const string hard = "\\\"{},; \t\r\n\b'`$NULLnull\u00e9\U0001f600%";
        var random = new Random(5);
        for (var round = 0; round < 40; round++)
        {
            string?[] values = [.. Enumerable.Range(0, random.Next(0, 60)).Select(_ => random.Next(8) == 0 ? null : Word(random, hard))];
            var array = new ArrayText();
            foreach (var value in values)
            {
                if (value is null) array.AddNull();
                else array.Add(Encoding.UTF8.GetBytes(value));
            }

            Assert.Equal(values.Length, array.Count);
            await using var command = new NpgsqlCommand("SELECT $1::text[]", connection);
            command.Parameters.Add(new NpgsqlParameter { Value = Encoding.UTF8.GetString(array.Finish().Span), NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Text });
            Assert.Equal(values, (string?[])(await command.ExecuteScalarAsync())!);
        }
    }

    [Theory]
    [InlineData("SELECT i, 'x' || chr(10) || i, NULL FROM generate_series(1, 500) i", 500)]
    [InlineData("SELECT 1 WHERE false", 0)]
    [InlineData("SELECT FROM generate_series(1, 9)", 9)]
    [InlineData("SELECT repeat('y', 70000), ''::text FROM generate_series(1, 7)", 7)]
    [Trait("Needs", "PostgreSql")]
    public async Task Copied_rows_are_counted_however_the_stream_is_cut(string query, int rows)
    {
        var pair = await PgPair.SharedAsync();
        await using var connection = new NpgsqlConnection(pair.Source.ConnectionString("postgres"));
        await connection.OpenAsync();
        foreach (var format in (RowFormat[])[RowFormat.Binary, RowFormat.Text])
        {
            var bytes = await CopyAsync(connection, $"COPY ({query}) TO STDOUT (FORMAT {format})", format);
            for (var seed = 0; seed < 20; seed++)
            {
                var (random, counter) = (new Random(seed), new CopyRowCounter(format));
                for (var at = 0; at < bytes.Length;)
                {
                    var piece = Math.Min(bytes.Length - at, seed == 0 ? 1 : random.Next(1, 1 << random.Next(1, 16)));
                    counter.Pass(bytes.AsSpan(at, piece));
                    at += piece;
                }

                Assert.Equal(rows, counter.Rows);
            }
        }
    }

    private static string Word(Random random, string letters)
    {
        var runes = letters.EnumerateRunes().ToArray();
        return string.Concat(Enumerable.Range(0, random.Next(0, 400)).Select(_ => runes[random.Next(runes.Length)].ToString()));
    }

    private static async Task<byte[]> CopyAsync(NpgsqlConnection connection, string sql, RowFormat format)
    {
        if (format == RowFormat.Text)
        {
            using var text = await connection.BeginTextExportAsync(sql);
            return Encoding.UTF8.GetBytes(await text.ReadToEndAsync());
        }

        await using var copy = await connection.BeginRawBinaryCopyAsync(sql);
        using var bytes = new MemoryStream();
        await copy.CopyToAsync(bytes);
        return bytes.ToArray();
    }
}
