using Orchestrator.Engines.MySql.Binlog;

namespace Orchestrator.Engines.MySql.Tests.Binlog.Recorded;

/// <summary>
/// One column of each type and the row that a statement wrote into it (fivetran/mysql-secure-agent, MySQL 5.7, unless said otherwise):
/// the column's type, the TABLE_MAP's body from its columns on, the row's values, what PostgreSQL gets. Tables and heads of
/// the rows were all alike and are put together again by <see cref="LogEvents"/>.
/// </summary>
internal static class RecordedRows
{
    public static TheoryData<string, string, string, string> Values => new()
    {
        { "tinyint", "01010001", "80", "-128" },
        { "tinyint", "01010001", "7F", "127" },
        { "smallint", "01020001", "FF7F", "32767" },
        { "smallint", "01020001", "0080", "-32768" },
        { "mediumint", "01090001", "000080", "-8388608" },
        { "mediumint", "01090001", "FFFF7F", "8388607" },
        { "int", "01030001", "00000080", "-2147483648" },
        { "int", "01030001", "FFFFFF7F", "2147483647" },
        { "bigint", "01080001", "0000000000000080", "-9223372036854775808" },
        { "bigint", "01080001", "FFFFFFFFFFFFFF7F", "9223372036854775807" },
        { "decimal(65,30)", "01F602411E01", "7A0A1F00C4653600C4653600C4653600C4653600C4653600C4653600FC18", "-99999999999999999999999999999999999.999999999999999999999999999999" },
        { "decimal(65,30)", "01F602411E01", "85F5E0FF3B9AC9FF3B9AC9FF3B9AC9FF3B9AC9FF3B9AC9FF3B9AC9FF03E7", "99999999999999999999999999999999999.999999999999999999999999999999" },
        { "double", "0105010801", "FFFFFFFFFFFFEFFF", "-1.7976931348623157E+308" },
        { "double", "0105010801", "FFFFFFFFFFFFEF7F", "1.7976931348623157E+308" },
        { "bit(1)", "011002010001", "01", "1" },
        { "bit(1)", "011002010001", "00", "0" },
        { "date", "010A0001", "21D007", "1000-01-01" },
        { "date", "010A0001", "8F920F", "1993-04-15" },
        { "date", "010A0001", "9F1F4E", "9999-12-31" },
        { "time(6)", "0113010601", "4B9105000000", "-838:59:59.000000" },
        { "time(6)", "0113010601", "7FEF7D000000", "-01:02:03.000000" },
        { "time(6)", "0113010601", "7CDFBE000000", "-50:01:02.000000" },
        { "time(6)", "0113010601", "801083000000", "01:02:03.000000" },
        { "time(6)", "0113010601", "832042000000", "50:01:02.000000" },
        { "time(6)", "0113010601", "80CEFB000046", "12:59:59.000070" },
        { "time(6)", "0113010601", "B46EFB000000", "838:59:59.000000" },
        { "datetime(6)", "0112010601", "8CB2420000000001", "1000-01-01 00:00:00.000001" },
        { "datetime(6)", "0112010601", "994E5ECEFB000007", "1993-04-15 12:59:59.000007" },
        { "datetime(6)", "0112010601", "FEF3FF7EFB000000", "9999-12-31 23:59:59.000000" },
        // The statements ran in a session eight hours behind UTC: '1970-01-01 00:00:01.000000' and '2038-01-18 03:14:07.999999'.
        { "timestamp(6)", "0111010600", "00007081000000", "1970-01-01 08:00:01.000000" },
        { "timestamp(6)", "0111010600", "7FFF1EFF0F423F", "2038-01-18 11:14:07.999999" },
        { "char(1)", "01FE02FE0301", "0161", "a" },
        { "char(25)", "01FE02FE4B01", "0C666F6F62617262617A717578", "foobarbazqux" },
        { "char(1)", "01FE02FE0301", "00", "" },
        { "varchar(25)", "010F024B0001", "0F61C38362DA8563E3859964E382BD65", "aÃbڅcㅙdソe" },
        { "varchar(1)", "010F02030001", "00", "" },
        { "tinytext", "01FC010101", "0C666F6F62617262617A717578", "foobarbazqux" },
        { "mediumtext", "01FC010301", "0C0000666F6F62617262617A717578", "foobarbazqux" },
        { "longtext", "01FC010401", "0C000000666F6F62617262617A717578", "foobarbazqux" },
        { "longtext", "01FC010401", "00000000", "" },
        { "enum('a','b')", "01FE02F70101", "01", "a" },
        { "set('a','b')", "01FE02F80101", "01", "a" },
        { "set('a','b')", "01FE02F80101", "00", "" },
        { "json", "01F5010401", "03000000050100", "1" },
        { "json", "01F5010401", "0D0000000202000C000501000C0A000161", "[1, \"a\"]" },
        { "json", "01F5010401", "1900000000010018000B000100000C006101000C000B00010005010062", "{\"a\": {\"b\": 1}}" },

        // go-mysql-org/go-mysql, MySQL 5.7: DECIMAL columns of one table.
        { "decimal(4,2)", "01F602040201", "75C8", "-10.55" },
        { "decimal(5,0)", "01F602050001", "7FFFF4", "-11" },
        { "decimal(15,14)", "01F6020F0E01", "76C4653600FE7960", "-9.99999999999999" },
        { "decimal(30,25)", "01F6021E1901", "80000000BC614E35B7BF870087FDD9", "0.0123456789012345678912345" },
    };
}
