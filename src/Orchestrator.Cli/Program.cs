using Orchestrator.Cli;
using Orchestrator.Cli.Commands;
using Orchestrator.Cli.Output;

var terminal = Terminal.OfProcess();
using var signals = new StopSignals();
return await new App(new AppServices(terminal, Composition.Engine)).RunAsync(args, signals.Token);
