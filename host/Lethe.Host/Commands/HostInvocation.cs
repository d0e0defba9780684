using System.CommandLine;
using Lethe.Host.Output;

namespace Lethe.Host.Commands;

/// <summary>Carries the streams from the entry point to a command's action, so that no command reaches for the console.</summary>
internal sealed class HostInvocation : InvocationConfiguration
{
    public HostInvocation(ConsoleStreams streams)
    {
        Streams = streams;
        Output = streams.Out;
        Error = streams.Error;
        EnableDefaultExceptionHandler = false;
        ProcessTerminationTimeout = null;
    }

    public ConsoleStreams Streams { get; }
}
