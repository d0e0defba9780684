using Lethe.Host.Menus;
using Lethe.Host.Policies;

namespace Lethe.Host.Tests.Menus;

public sealed class MenuTests
{
    private readonly List<string> _ran = [];
    private readonly List<Policy> _written = [];
    private readonly List<string> _opened = [];

    [Fact]
    public void Run_Escape_LeavesWithoutDoingAnything()
    {
        var console = new ScriptedConsole().Press(ConsoleKey.Escape);

        var code = new Menu(console, Services()).Run(CancellationToken.None);

        Assert.Equal(ExitCode.Success, code);
        Assert.Empty(_ran);
        Assert.Contains("16 of 16 picked", console.Screens[^1], StringComparison.Ordinal);
    }

    [Fact]
    public void Run_EveryScreen_FitsATerminalOf80By24()
    {
        var console = new ScriptedConsole().Type("c").Press(ConsoleKey.DownArrow, ConsoleKey.End, ConsoleKey.Escape).Type("p").Press(ConsoleKey.Escape)
            .Type("m").Press(ConsoleKey.Escape).Type("r").Press(ConsoleKey.Escape, ConsoleKey.Escape);

        new Menu(console, Services()).Run(CancellationToken.None);

        foreach (var screen in console.Screens)
        {
            var lines = screen.TrimEnd('\n').Split('\n');
            Assert.True(lines.Length <= 24, $"{lines.Length} lines:\n{screen}");
            Assert.All(lines, line => Assert.True(line.TrimEnd().Length <= 80, line));
        }
    }

    [Fact]
    public void Run_PolicyAsWritten_AppliesItsOwnFileAndNamesTheCommand()
    {
        var console = new ScriptedConsole().Type("r").Press(ConsoleKey.Escape, ConsoleKey.Escape);

        var code = new Menu(console, Services()).Run(CancellationToken.None);

        Assert.Equal(ExitCode.GateMissed, code);
        Assert.Equal([FamilyFriendly], _ran);
        Assert.Empty(_written);
        Assert.Contains(console.Screens, screen => screen.Contains("same as: lethe apply", StringComparison.Ordinal));
        Assert.Contains(console.Screens, screen => screen.Contains("acc_e 12 %", StringComparison.Ordinal));
    }

    [Fact]
    public void Run_OtherConceptsAndEraser_WritesAPolicyThatReadsBack()
    {
        var console = new ScriptedConsole()
            .Type("c").Type("n ").Type("t").Type("cat").Press(ConsoleKey.Enter, ConsoleKey.Escape)
            .Type("e").Press(ConsoleKey.DownArrow, ConsoleKey.Enter)
            .Type("r").Press(ConsoleKey.Escape, ConsoleKey.Escape);

        new Menu(console, Services()).Run(CancellationToken.None);

        var policy = _written[^1];
        Assert.Equal(["cigarette", "cat"], policy.Erase.Select(concept => concept.Concept));
        Assert.Equal("acme.shift", policy.Defaults.Eraser);
        var reading = PolicyReader.ReadText(PolicyWriter.Write(policy), "menu.yaml");
        Assert.Empty(reading.Diagnostics);
        Assert.Equal(["cigarette", "cat"], reading.Policy!.Erase.Select(concept => concept.Concept));
    }

    [Fact]
    public void Run_NothingPicked_SaysWhyItCannotRun()
    {
        var console = new ScriptedConsole().Type("c").Type("n").Press(ConsoleKey.Escape).Type("r").Press(ConsoleKey.Escape);

        new Menu(console, Services()).Run(CancellationToken.None);

        Assert.Empty(_ran);
        Assert.Contains("not now: pick at least one concept", console.Screens[^1], StringComparison.Ordinal);
    }

    [Fact]
    public void Run_RunThrows_ShowsTheSentence()
    {
        var console = new ScriptedConsole().Type("r").Press(ConsoleKey.Escape, ConsoleKey.Escape);
        var services = Services() with { Apply = (_, _, _) => throw new InvalidDataException("tensor `x` is missing") };

        var code = new Menu(console, services).Run(CancellationToken.None);

        Assert.Equal(ExitCode.RunFailed, code);
        Assert.Contains(console.Screens, screen => screen.Contains("tensor `x` is missing", StringComparison.Ordinal));
    }

    [Fact]
    public void Run_OpenReport_OnlyAfterARun()
    {
        var console = new ScriptedConsole().Type("o").Type("r").Press(ConsoleKey.Escape).Type("o").Type("q");

        new Menu(console, Services()).Run(CancellationToken.None);

        Assert.Equal(["runs/x/report.html"], _opened);
    }

    [Fact]
    public void Lines_Progress_ShowsStageShareAndDetail()
    {
        var progress = new MenuProgress(TimeProvider.System);

        progress.Stage("pictures before");
        progress.Progress(5, 10, "pictures", "loss 0.1");

        Assert.Equal("pictures before", progress.Lines()[0]);
        Assert.Contains("50 %", progress.Lines()[1], StringComparison.Ordinal);
        Assert.StartsWith("5/10 pictures", progress.Lines()[2], StringComparison.Ordinal);
    }

    private static string FamilyFriendly => Repository.PathOf("policies", "family-friendly.yaml");

    private MenuServices Services() => new()
    {
        Models = () => BuiltInModels.Names,
        PolicyFiles = () => [FamilyFriendly, Repository.PathOf("policies", "one-object.yaml")],
        Erasers = () => ["uce", "acme.shift"],
        WritePolicy = policy =>
        {
            _written.Add(policy);
            return "runs/menu.yaml";
        },
        Apply = (file, progress, _) =>
        {
            progress.Stage("erase");
            _ran.Add(file);
            return new MenuOutcome(ExitCode.GateMissed, ["acc_e 12 %"], "runs/x/report.html");
        },
        Open = path =>
        {
            _opened.Add(path);
            return true;
        },
    };
}
