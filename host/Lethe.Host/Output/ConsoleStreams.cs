namespace Lethe.Host.Output;

/// <summary>
/// The only owner of the console. Data goes to <see cref="Out"/>, everything meant for a person to
/// <see cref="Error"/>; what the terminal can do is decided here, once.
/// </summary>
public sealed record ConsoleStreams
{
    private const int WidthWithoutTerminal = 100;

    /// <summary>Data, and nothing but data.</summary>
    public required TextWriter Out { get; init; }

    /// <summary>Progress, notes and errors.</summary>
    public required TextWriter Error { get; init; }

    /// <summary>Answers of the person at the terminal.</summary>
    public required TextReader In { get; init; }

    /// <summary>Whether <see cref="In"/> and <see cref="Out"/> are both a terminal, so that menus can work.</summary>
    public bool IsInteractive { get; init; }

    /// <summary>Whether <see cref="Error"/> is a terminal on which a line may be redrawn.</summary>
    public bool ErrorIsTerminal { get; init; }

    /// <summary>Whether colour may be used on <see cref="Out"/>.</summary>
    public bool OutColour { get; init; }

    /// <summary>Whether colour may be used on <see cref="Error"/>.</summary>
    public bool ErrorColour { get; init; }

    /// <summary>Columns of the terminal; 100 where there is none.</summary>
    public int Width { get; init; } = WidthWithoutTerminal;

    /// <summary>The process's own streams, judged by redirection, <c>NO_COLOR</c> and <c>TERM=dumb</c>.</summary>
    public static ConsoleStreams OfProcess()
    {
        var dumb = Environment.GetEnvironmentVariable("TERM") == "dumb";
        var colour = !dumb && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"));
        return new ConsoleStreams
        {
            Out = Console.Out,
            Error = Console.Error,
            In = Console.In,
            IsInteractive = !dumb && !Console.IsInputRedirected && !Console.IsOutputRedirected,
            ErrorIsTerminal = !dumb && !Console.IsErrorRedirected,
            OutColour = colour && !Console.IsOutputRedirected,
            ErrorColour = colour && !Console.IsErrorRedirected,
            Width = TerminalWidth(),
        };
    }

    /// <summary>Streams into memory, for tests: no terminal, no colour.</summary>
    public static ConsoleStreams InMemory(TextWriter output, TextWriter error) =>
        new() { Out = output, Error = error, In = TextReader.Null };

    /// <summary>The same streams under <c>--no-color</c>.</summary>
    public ConsoleStreams WithoutColour() => this with { OutColour = false, ErrorColour = false };

    private static int TerminalWidth()
    {
        if (Console.IsErrorRedirected && Console.IsOutputRedirected) return WidthWithoutTerminal;
        try
        {
            return Console.WindowWidth is > 0 and var width ? width : WidthWithoutTerminal;
        }
        catch (Exception failure) when (failure is IOException or PlatformNotSupportedException)
        {
            return WidthWithoutTerminal;
        }
    }
}
