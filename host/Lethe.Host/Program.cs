using Lethe.Host.Commands;
using Lethe.Host.Output;

return (int)await CommandLine.RunAsync(args, ConsoleStreams.OfProcess());
