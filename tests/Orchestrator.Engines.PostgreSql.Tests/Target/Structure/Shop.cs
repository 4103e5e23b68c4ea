using Orchestrator.Core.Model;
using Orchestrator.Core.Model.Structure;

namespace Orchestrator.Engines.PostgreSql.Tests.Target.Structure;

/// <summary>A structure with one of everything a source that is no PostgreSQL can ask for, under names that need care.</summary>
internal static class Shop
{
    public static readonly TableRef People = new("My \"Shop\"", "People of the \"Shop\"");
    public static readonly TableRef Orders = new("My \"Shop\"", new string('o', 61) + "é");
    public static readonly TableRef Counters = new("public", "counters");

    private static readonly TableRef Mood = new("My \"Shop\"", "Mood's");
    private const string MoodType = "\"My \"\"Shop\"\"\".\"Mood's\"";

    public static TargetStructure Structure { get; } = new()
    {
        Enums = [new EnumStructure(Mood, ["ok", "not 'ok'", @"back\slash", ""])],
        Tables = [PeopleTable, OrdersTable, CountersTable],
        LeftBehind = [],
    };

    public static IReadOnlyList<TableSchema> Plan { get; } = [.. Structure.Tables.Select(PlanOf)];

    private static TableStructure PeopleTable => new()
    {
        Table = People,
        Comment = "people's comment",
        Columns =
        [
            new("ID", "integer", true) { IdentitySequence = "People ID" },
            new("name \"of\"", "character varying(20)", true) { Default = "'O''Hara'::character varying", Comment = @"a \ comment" },
            new("mood", MoodType, false) { Default = $"'not ''ok'''::{MoodType}" },
            new("changed", "timestamp(0) without time zone", false) { Default = "LOCALTIMESTAMP", OnUpdate = "LOCALTIMESTAMP" },
            new("also changed", "timestamp without time zone", false) { OnUpdate = "'2001-01-01'::timestamp" },
            new("data", "json", false),
        ],
        PrimaryKey = new("People pkey", true, [new("ID", IsDescending: true)]),
        Indexes =
        [
            new("plain", false, [new("changed", IsDescending: true), new("ID")]),
            new("by \"lower\"", true, [new("lower((\"name \"\"of\"\"\")::text)", IsExpression: true), new("ID")]),
            new("names", true, [new("name \"of\"")]),
        ],
        Checks = [new("name is there", "\"name \"\"of\"\"\" <> ''"), new("id is positive", "\"ID\" > 0")],
    };

    private static TableStructure OrdersTable => new()
    {
        Table = Orders,
        Columns = [new("a", "bigint", true), new("b", "text", true), new("person", "integer", false), new("at", "timestamp without time zone", false) { OnUpdate = "LOCALTIMESTAMP" }],
        PrimaryKey = new("orders_pkey", true, [new("b"), new("a")]),
        ForeignKeys = [new("to people", ["person"], People, ["ID"], "CASCADE", "SET NULL")],
    };

    private static TableStructure CountersTable => new()
    {
        Table = Counters,
        Columns = [new("id", "numeric(20,0)", true) { IdentitySequence = "counters_id" }, new("v", "boolean", true) { Default = "true" }],
        PrimaryKey = new("counters_pkey", true, [new("id")]),
    };

    private static TableSchema PlanOf(TableStructure table, int number) => new()
    {
        Table = table.Table,
        SourceId = (uint)number + 1,
        Columns = [.. table.Columns.Select((c, i) => new ColumnSchema(c.Name, i + 1, c.Type, c.Type.Split('(')[0], 0, -1, c.NotNull, c.IdentitySequence is null ? ColumnKind.Plain : ColumnKind.IdentityByDefault))],
        Key = new RowKey(RowKeyKind.PrimaryKey, [0]),
        Pages = 1,
        EstimatedRows = 1,
        Bytes = 1,
    };
}
