using Orchestrator.Core.Runs;

namespace Orchestrator.Cli.Options;

/// <summary>Every option there is. <c>docs/cli.md</c> lists the same; a test compares.</summary>
internal static class OptionCatalog
{
    public static readonly OptionSpec SourceDb = new("source-db", ValueForm.Urls, "URL", null,
        "Database to move: postgresql://user:password@host:port/database?sslmode=..., sqlite:///path/file.db (may be repeated), or env:NAME or file:PATH naming where the URL stands.")
    { Environment = "SOURCE_DB_URL" };

    public static readonly OptionSpec TargetDb = new("target-db", ValueForm.Url, "URL", null,
        "Database to move to; same forms.")
    { Environment = "TARGET_DB_URL" };

    public static readonly OptionSpec Strategy = new("strategy", ValueForm.Text, "NAME", "full-load-cdc",
        "full-load-cdc: copy, follow changes, cut over. cdc-only: the rows are there, follow changes. parallel-batch: copy only.");

    public static readonly OptionSpec Tables = new("tables", ValueForm.List, "PATTERNS", "*",
        "Tables to move: schema.table or table with * and ?, separated by commas.");

    public static readonly OptionSpec Exclude = new("exclude", ValueForm.List, "PATTERNS", null,
        "Tables to leave out of them; same form.");

    public static readonly OptionSpec ParallelWorkers = new("parallel-workers", ValueForm.Text, "N", "auto",
        "Copy sessions at once on either side, 1 to 64; auto: one per processor of this machine, 2 to 8; one per two where both servers are on it.");

    public static readonly OptionSpec ShareLoad = new("share-load", ValueForm.Switch, "", "false",
        "Let any number of 'orchestrator worker', on this machine or others, copy rows too; PostgreSQL sources only.");

    public static readonly OptionSpec BatchSize = new("batch-size", ValueForm.Text, "N", "50000",
        "Row changes applied in one target transaction at most, 1 to 1000000.");

    public static readonly OptionSpec Validate = new("validate", ValueForm.Switch, "", "true",
        "Compare every row before the cutover.");

    public static readonly OptionSpec Cutover = new("cutover", ValueForm.Text, "WHEN", "manual",
        "manual: follow changes until 'orchestrator cutover' is given. auto: cut over as soon as every gate passes.");

    public static readonly OptionSpec OnSwitch = new("on-switch", ValueForm.Command, "CMD", null,
        "Shell command that moves traffic to the target; runs while neither side takes writes.");

    public static readonly OptionSpec OnSwitchUndo = new("on-switch-undo", ValueForm.Command, "CMD", null,
        "Shell command that moves traffic back if the cutover fails after --on-switch began.");

    public static readonly OptionSpec PauseBudget = new("pause-budget", ValueForm.Text, "TIME", "10s",
        "A cutover predicted to pause writes longer is refused; 100ms to 10m.");

    public static readonly OptionSpec MaxLag = new("max-lag", ValueForm.Text, "TIME", "5s",
        "A cutover is refused while lag is above it; 100ms to 1h.");

    public static readonly OptionSpec TargetRoles = new("target-roles", ValueForm.List, "PAIRS", null,
        "Roles that get rights on the target once it takes writes, created if they are missing: read_only=NAME,admin=NAME, either or both.");

    public static readonly OptionSpec SchemaMap = new("schema-map", ValueForm.List, "PAIRS", null,
        "Schemas of the target for databases of a MySQL source: database=schema, separated by commas; otherwise the database's name.");

    public static readonly OptionSpec ZeroDates = new("zero-dates", ValueForm.Text, "WHAT", "fail",
        "What becomes of a MySQL date that is none (0000-00-00, 2024-00-15): fail, null or infinity (-infinity).");

    public static readonly OptionSpec TinyInt1 = new("tinyint1", ValueForm.Text, "TYPE", "smallint",
        "What TINYINT(1) of a MySQL source becomes: smallint, or boolean if it holds 0, 1 and NULL only.");

    public static readonly OptionSpec Enums = new("enums", ValueForm.Text, "HOW", "native",
        "What ENUM of a MySQL source becomes: native, a type of PostgreSQL's; or check, text with a check of its labels.");

    public static readonly OptionSpec ColumnTypes = new("column-types", ValueForm.List, "PAIRS", null,
        "Types of single columns of a source that is no PostgreSQL: database.table.column=type, separated by commas.");

    public static readonly OptionSpec ColumnNames = new("column-names", ValueForm.List, "PAIRS", null,
        "Names of single columns, as with --column-types: database.table.column=name.");

    public static readonly OptionSpec ColumnConversions = new("column-conversions", ValueForm.List, "PAIRS", null,
        "How single columns of SQLite files are read: file.table.column=uuid-v5 (a primary key, with all that refers to it), unix-seconds, unix-milliseconds or julian-day; * for all files.");

    public static readonly OptionSpec UuidNamespace = new("uuid-namespace", ValueForm.Text, "UUID", MappingOptions.OwnNamespace.ToString(),
        "Namespace of the UUIDs that --column-conversions makes.");

    public static readonly OptionSpec ColumnChecks = new("column-checks", ValueForm.List, "PAIRS", null,
        "What values of single columns of SQLite files have to be: file.table.column=required min:0 max:150, any of the three; * for all files.");

    public static readonly OptionSpec RejectLimit = new("reject-limit", ValueForm.Text, "N", "0",
        "Rows of SQLite files that may be left out because they break a check or cannot be converted, 0 to 1000000; one more ends the run.");

    public static readonly OptionSpec Stash = new("stash", ValueForm.Text, "FILE", "auto",
        "Where rows that are left out are written to, one line of JSON each; auto: RUN.rejects.jsonl in the state directory.");

    public static readonly OptionSpec Backup = new("backup", ValueForm.Text, "DIR", "auto",
        "Where SQLite files are copied to before rows are moved; none: no copies; auto: backup/RUN in the state directory.");

    public static readonly OptionSpec ChangeSource = new("change-source", ValueForm.Text, "NAME", "embedded",
        "Where changes come from. embedded: the source's log, read by this program. debezium: a connector on Kafka Connect, by way of Kafka.");

    public static readonly OptionSpec KafkaBootstrapServers = new("kafka-bootstrap-servers", ValueForm.Text, "HOSTS", null,
        "Kafka's brokers: host:port, separated by commas.")
    { Environment = "KAFKA_BOOTSTRAP_SERVERS" };

    public static readonly OptionSpec DebeziumConnectUrl = new("debezium-connect-url", ValueForm.Url, "URL", null,
        "Kafka Connect's REST API with Debezium's connectors: http://user:password@host:8083; or env:NAME or file:PATH.")
    { Environment = "DEBEZIUM_CONNECT_URL" };

    public static readonly OptionSpec TopicPrefix = new("topic-prefix", ValueForm.Text, "NAME", null,
        "First part of the names of the run's topics, connector and consumer group; the run's own part follows.")
    { Environment = "KAFKA_TOPIC_PREFIX" };

    public static readonly OptionSpec TopicPartitions = new("topic-partitions", ValueForm.Text, "N", "1",
        "Partitions of each table's topic, 1 to 1000.");

    public static readonly OptionSpec ApplyParts = new("apply-parts", ValueForm.Text, "N", "0",
        "Divide the rows that are applied into so many parts, 1 to 64, which the driving process and any number of 'orchestrator worker' share; 0: the driving process applies everything in one session.");

    public static readonly OptionSpec KafkaConfig = new("kafka-config", ValueForm.Text, "FILE", null,
        "File with settings of Kafka's client (security.protocol=SASL_SSL ...), one name=value a line.");

    public static readonly OptionSpec ConnectorSource = new("connector-source", ValueForm.Text, "HOST", null,
        "The source as Kafka Connect's workers reach it: host or host:port; otherwise as in --source-db.");

    public static readonly OptionSpec ConnectorPassword = new("connector-password", ValueForm.Text, "REFERENCE", null,
        "What stands for the source's password in the connector's configuration: ${file:/path/of/the/workers:key}; otherwise the password itself.");

    public static readonly OptionSpec ConnectorKafka = new("connector-kafka", ValueForm.Text, "HOSTS", null,
        "Kafka's brokers as Kafka Connect's workers reach them, by which a connector for MySQL or MariaDB keeps a history of its own; otherwise as in --kafka-bootstrap-servers.");

    public static readonly OptionSpec Run = new("run", ValueForm.Text, "NAME", "migration",
        "Name of the run: 1 to 40 of a-z 0-9 - _, starting with a letter.");

    public static readonly OptionSpec State = new("state", ValueForm.Text, "DIR", ".orchestrator",
        "Directory where runs are kept.");

    public static readonly OptionSpec ControlDb = new("control-db", ValueForm.Url, "URL", null,
        "PostgreSQL database where runs are kept instead, for several machines: postgresql://... or env:NAME or file:PATH. The file key of --state must be the same on all.");

    public static readonly OptionSpec Server = new("server", ValueForm.Url, "URL", null,
        "Service whose runs this is about, instead of those kept here: https://host, or env:NAME or file:PATH. --run names the migration by its name or id.");

    public static readonly OptionSpec Token = new("token", ValueForm.Secret, "TOKEN", null,
        "What the service of --server knows you by: a key for programs or a login's token, as env:NAME or file:PATH.");

    public static readonly OptionSpec Urls = new("urls", ValueForm.List, "URLS", "http://127.0.0.1:8080",
        "Where the service listens, separated by commas.");

    public static readonly OptionSpec TokenKey = new("token-key", ValueForm.Secret, "KEY", null,
        "Signs the tokens of logins: at least 32 characters, as env:NAME or file:PATH. Another key ends all logins.");

    public static readonly OptionSpec TokenLifetime = new("token-lifetime", ValueForm.Text, "TIME", "24h",
        "How long a login lasts, 1m to 720h.");

    public static readonly OptionSpec OpenSignup = new("open-signup", ValueForm.Switch, "", "false",
        "Anybody who reaches the service may create a tenant; otherwise only the first is created so.");

    public static readonly OptionSpec AllowNetwork = new("allow-network", ValueForm.List, "NETWORKS", null,
        "Networks that are not public in which tenants' databases may be: 10.0.0.0/8, separated by commas.");

    public static readonly OptionSpec SqliteFolder = new("sqlite-folder", ValueForm.Text, "DIR", null,
        "Folder in which tenants' SQLite files may be; otherwise they can name none.");

    public static readonly OptionSpec AllowSecretEnv = new("allow-secret-env", ValueForm.Text, "PREFIX", null,
        "Variables of the service whose names begin so may be named as passwords of connections: env:NAME. With several tenants it holds {tenant}.");

    public static readonly OptionSpec AllowSecretDir = new("allow-secret-dir", ValueForm.Text, "DIR", null,
        "Files of this folder may be named as passwords of connections: file:PATH. With several tenants it holds {tenant}.");

    public static readonly OptionSpec AllowSecretAws = new("allow-secret-aws", ValueForm.Text, "PREFIX", null,
        "Secrets of AWS Secrets Manager whose names begin so may be named as passwords of connections: aws-secretsmanager:NAME. With several tenants it holds {tenant}.");

    public static readonly OptionSpec BackupDir = new("backup-dir", ValueForm.Text, "DIR", null,
        "Directory for backups of tenants' databases (POST /api/backup), which this service alone uses; otherwise none are made.");

    public static readonly OptionSpec KeepBackups = new("keep-backups", ValueForm.Text, "N", "7",
        "Backups that are kept of a connection, 1 to 1000; older ones are deleted once a new one is done.");

    public static readonly OptionSpec Demo = new("demo", ValueForm.Switch, "", "false",
        "For trying out: a key of the moment, databases of this machine allowed.");

    public static readonly OptionSpec DryRun = new("dry-run", ValueForm.Switch, "", "false",
        "Assess and predict, change nothing.");

    public static readonly OptionSpec Watch = new("watch", ValueForm.Switch, "", "false",
        "Go on showing the figures until no process drives the run or Ctrl+C is pressed.");

    public static readonly OptionSpec Output = new("output", ValueForm.Text, "DIR", ".",
        "Directory the report files are written to.");

    public static readonly OptionSpec Json = new("json", ValueForm.Switch, "", "false",
        "One JSON document on stdout when the command ends; progress goes to stderr.");

    public static readonly OptionSpec Quiet = new("quiet", ValueForm.Switch, "", "false",
        "No progress; warnings and errors stay.");

    public static readonly OptionSpec NoColor = new("no-color", ValueForm.Switch, "", "false",
        "No colours; so does NO_COLOR.");

    /// <summary>Of every command.</summary>
    public static readonly IReadOnlyList<OptionSpec> Everywhere = [State, ControlDb, Json, Quiet, NoColor];

    /// <summary>Of what can be asked of a service, too.</summary>
    public static readonly IReadOnlyList<OptionSpec> OfServer = [Server, Token];

    /// <summary>How a source that is no PostgreSQL becomes one.</summary>
    public static readonly IReadOnlyList<OptionSpec> OfMapping = [SchemaMap, ZeroDates, TinyInt1, Enums, ColumnTypes, ColumnNames, ColumnConversions, UuidNamespace, ColumnChecks, RejectLimit];

    /// <summary>Only for SQLite files; refused with any other source.</summary>
    public static readonly IReadOnlyList<OptionSpec> OfSqlite = [ColumnConversions, UuidNamespace, ColumnChecks, RejectLimit, Stash, Backup];

    /// <summary>Only with <c>--change-source debezium</c>; refused without.</summary>
    public static readonly IReadOnlyList<OptionSpec> OfDebezium =
        [KafkaBootstrapServers, DebeziumConnectUrl, TopicPrefix, TopicPartitions, ApplyParts, KafkaConfig, ConnectorSource, ConnectorPassword, ConnectorKafka];

    public static readonly IReadOnlyList<OptionSpec> OfMigrate =
    [
        SourceDb, TargetDb, Strategy, Tables, Exclude, ParallelWorkers, ShareLoad, BatchSize, Validate, Cutover, OnSwitch, OnSwitchUndo,
        PauseBudget, MaxLag, TargetRoles, .. OfMapping, Stash, Backup, ChangeSource, .. OfDebezium, Run, DryRun, .. Everywhere,
    ];

    public static readonly IReadOnlyList<OptionSpec> OfAssess =
        [SourceDb, TargetDb, Strategy, Tables, Exclude, ParallelWorkers, TargetRoles, .. OfMapping, ChangeSource, .. OfDebezium, Run, Output, .. Everywhere];

    public static readonly IReadOnlyList<OptionSpec> OfValidate =
        [SourceDb, TargetDb, Tables, Exclude, ParallelWorkers, .. OfMapping, Run, .. OfServer, .. Everywhere];

    public static readonly IReadOnlyList<OptionSpec> OfRun = [Run, .. OfServer, .. Everywhere];

    public static readonly IReadOnlyList<OptionSpec> OfList = [.. OfServer, .. Everywhere];

    public static readonly IReadOnlyList<OptionSpec> OfWorker = [Run, .. Everywhere];

    /// <summary>What may be another than the run was created with.</summary>
    public static readonly IReadOnlyList<OptionSpec> OfResume = [Cutover, OnSwitch, OnSwitchUndo, PauseBudget, MaxLag, Run, .. OfServer, .. Everywhere];

    public static readonly IReadOnlyList<OptionSpec> OfServe = [Urls, TokenKey, TokenLifetime, OpenSignup, AllowNetwork, SqliteFolder, AllowSecretEnv, AllowSecretDir, AllowSecretAws, BackupDir, KeepBackups, Demo, .. Everywhere];

    public static readonly IReadOnlyList<OptionSpec> OfStatus = [Run, Watch, .. OfServer, .. Everywhere];

    public static readonly IReadOnlyList<OptionSpec> All = [.. OfMigrate, Watch, Output, .. OfServer, .. OfServe];
}
