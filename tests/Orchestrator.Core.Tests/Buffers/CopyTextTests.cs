using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Orchestrator.Core.Buffers;

namespace Orchestrator.Core.Tests.Buffers;

public sealed class CopyTextTests
{
    [Fact]
    public void Value_with_what_copy_reads_otherwise_is_escaped()
    {
        var text = new CopyText();
        Assert.True(text.TryWriteText("a\tb\nc\rd\\N é"u8));
        text.NextColumn();
        text.Null();
        text.NextColumn();
        text.Write("-1.50"u8);
        text.EndRow();
        Assert.Equal("a\\tb\\nc\\rd\\\\N é\t\\N\t-1.50\n", All(text, 7));
    }

    [Fact]
    public void Nul_character_is_told() => Assert.False(new CopyText().TryWriteText("a\0b"u8));

    [Fact]
    public void Bytes_come_out_as_they_went_in_whatever_the_sizes()
    {
        var property = Prop.ForAll<string[], PositiveInt>((values, size) =>
        {
            var (text, expected, got) = (new CopyText(), new StringBuilder(), new StringBuilder());
            var buffer = new byte[size.Get];
            foreach (var value in values.Select(v => Convert.ToHexString(Encoding.UTF8.GetBytes(v ?? ""))))
            {
                text.TryWriteText(Encoding.ASCII.GetBytes(value));
                expected.Append(value);
                got.Append(Encoding.ASCII.GetString(buffer, 0, text.Take(buffer)));
            }

            got.Append(All(text, size.Get));
            return got.ToString() == expected.ToString();
        });
        property.QuickCheckThrowOnFailure();
    }

    /// <summary>Rows that end where no buffer ends once kept everything that had gone through.</summary>
    [Fact]
    public void Memory_stays_as_it_is_however_many_rows_pass()
    {
        var text = new CopyText();
        var (buffer, first) = (new byte[4096], text.Capacity);
        for (var row = 0; row < 100_000; row++)
        {
            text.Write("0123456789012345678901234567890123456789"u8);
            text.EndRow();
            if (text.Waiting >= buffer.Length) Assert.Equal(buffer.Length, text.Take(buffer));
        }

        Assert.Equal(first, text.Capacity);
    }

    private static string All(CopyText text, int size)
    {
        var (bytes, buffer) = (new List<byte>(), new byte[size]);
        for (int count; (count = text.Take(buffer)) > 0;) bytes.AddRange(buffer[..count]);
        return Encoding.UTF8.GetString([.. bytes]);
    }
}
