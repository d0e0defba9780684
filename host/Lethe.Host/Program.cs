using Lethe.Host.Commands;
using Lethe.Host.Output;
using Lethe.Host.Runs;

PluginFaults.Watch();
return (int)await CommandLine.RunAsync(args, ConsoleStreams.OfProcess());
