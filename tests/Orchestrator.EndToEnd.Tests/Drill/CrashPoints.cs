namespace Orchestrator.EndToEnd.Tests.Drill;

/// <summary>Which points each drill kills at: a selection in the normal run, every one and repeated in the long drill.</summary>
internal static class CrashPoints
{
    private static readonly string[] Steps =
    [
        "gates", "fence-source", "marker", "drain", "final-check", "sequences", "enable-triggers", "switch-traffic", "make-permanent",
        "open-target", "stragglers",
    ];

    public static TheoryData<string> Load => Of(
        [
            "transition:assessment-fullload", "schema:before-pre-data", "schema:after-pre-data", "load:slot-created",
            "load:chunk-reading#2", "load:chunk-committed#2", "load:table-complete#2", "schema:after-index#2", "schema:before-post-data",
        ],
        ["load:ledger-open", "load:tables-begun", "schema:after-post-data", "transition:fullload-cdc", "load:before-slot", "load:position-recorded", "load:chunk-committed#5", "load:table-complete#4", "schema:before-index", "schema:after-index#4"]);

    public static TheoryData<string> Changes => Of(
        ["cdc:batch-received", "cdc:committed", "cdc:acknowledged#2", "transition:cdc-validation", "transition:validation-cdc"],
        ["cdc:batch-received#5", "cdc:committed#7", "cdc:acknowledged#9"]);

    public static TheoryData<string> Cutover => Of(
        [
            "cutover:before-fence-source", "cutover:after-fence-source", "cutover:after-drain", "cutover:after-enable-triggers",
            "cutover:after-switch-traffic", "cutover:after-make-permanent", "cutover:after-open-target", "complete:capture-dropped",
            "complete:ledger-dropped",
        ],
        ["transition:cdc-cutover", "transition:cutover-complete", .. Steps.Select(s => "cutover:before-" + s), .. Steps.Select(s => "cutover:after-" + s), "complete:fence-removed"]);

    public static TheoryData<string> Undo => Of(
        ["cutover:before-undo-switch-traffic", "cutover:before-undo-fence-source", "cutover:after-undo-fence-source"],
        ["cutover:after-undo-switch-traffic", "cutover:before-undo-enable-triggers", "cutover:after-undo-enable-triggers", "cutover:after-undo-gates"]);

    public static TheoryData<string> Kafka => Of(
        ["load:position-recorded", "load:chunk-committed#2", "cdc:batch-received", "cdc:committed", "cutover:after-fence-source", "cutover:after-drain", "complete:capture-dropped"],
        ["load:slot-created", "cdc:batch-received#5", "cdc:committed#7", "cdc:acknowledged#9", "transition:validation-cdc", "cutover:before-marker", "cutover:after-switch-traffic"]);

    /// <summary>For a worker of its own process.</summary>
    public static TheoryData<string> Worker => Of(["apply:part-written#3"], ["apply:part-committed#3", "apply:part-written", "apply:part-committed#20"]);

    /// <summary>For the process that drives a run and is a worker too.</summary>
    public static TheoryData<string> SharingDriver => Of(
        ["apply:step-announced#3", "apply:part-committed#3"], ["apply:step-announced", "apply:step-done#3", "apply:part-written#3", "apply:step-announced#20"]);

    public static TheoryData<string> Rollback => Of(
        ["rollback:fence-lifted", "rollback:capture-dropped", "rollback:schema-dropped", "rollback:ledger-dropped", "transition:rollback-rolledback"],
        ["rollback:target-fence-removed"]);

    // From MariaDB the same states are gone through; what differs is where its rows, its log and its fence are touched.
    public static TheoryData<string> MariaLoad => Of(
        ["load:position-recorded", "load:chunk-committed#2", "schema:before-post-data"], ["schema:after-pre-data", "load:table-complete#2", "schema:after-index#2"]);

    public static TheoryData<string> MariaChanges => Of(["cdc:batch-received#3", "cdc:committed#2"], ["transition:cdc-validation"]);

    public static TheoryData<string> MariaCutover => Of(
        ["cutover:after-fence-source", "cutover:after-switch-traffic", "cutover:after-make-permanent"], ["cutover:after-drain", "complete:ledger-dropped"]);

    public static TheoryData<string> MariaKafka => Of(
        ["load:chunk-committed#2", "cdc:committed#5", "cutover:after-marker", "complete:capture-dropped"], ["load:position-recorded", "load:slot-created", "cutover:after-make-permanent"]);

    private static TheoryData<string> Of(string[] always, string[] more)
    {
        const int rounds = 3;
        if (!DrillOptions.IsLong) return new TheoryData<string>(always);
        // Discovery drops rows that repeat: the round is part of the name and is cut off again.
        return new TheoryData<string>(Enumerable.Range(0, rounds).SelectMany(r => always.Union(more).Select(p => p + new string(' ', r))));
    }
}
