using System.Globalization;
using Lethe.Host.Commands;
using Lethe.Host.Output;
using Lethe.Host.Runs;

// No number, date or order of words depends on the machine's language; ICU is there for Unicode alone.
CultureInfo.CurrentCulture = CultureInfo.CurrentUICulture = CultureInfo.InvariantCulture;
CultureInfo.DefaultThreadCurrentCulture = CultureInfo.DefaultThreadCurrentUICulture = CultureInfo.InvariantCulture;
PluginFaults.Watch();
return (int)await CommandLine.RunAsync(args, ConsoleStreams.OfProcess());
