using Lethe.Host.Policies;
using Spectre.Console;

namespace Lethe.Host.Menus;

/// <summary>The menus behind <c>lethe</c> without arguments. Whatever they do, they name the command that does the same.</summary>
public sealed class Menu
{
    private readonly IAnsiConsole _console;
    private readonly MenuServices _services;
    private readonly MenuInput _input;
    private readonly TimeProvider _time;
    private readonly MenuChoices _choices = new();
    private MenuOutcome? _outcome;
    private string? _lastCommand;
    private bool _leave;

    /// <param name="console">Where to draw and whence keys come.</param>
    /// <param name="services">What the menus call.</param>
    /// <param name="time">The clock; the system's unless a test brings its own.</param>
    public Menu(IAnsiConsole console, MenuServices services, TimeProvider? time = null)
    {
        (_console, _services, _time) = (console, services, time ?? TimeProvider.System);
        _input = new MenuInput(console);
    }

    /// <summary>Shows the menus until the person leaves; the exit code is that of the last run.</summary>
    public ExitCode Run(CancellationToken cancel)
    {
        if (_services.PolicyFiles() is [var first, ..]) Start(first);
        _lastCommand = null;
        _input.Offer("Lethe: erase concepts from a text-to-image model", () => Bindings(cancel), TakeCommand, () => _leave || cancel.IsCancellationRequested);
        return cancel.IsCancellationRequested ? ExitCode.Cancelled : _outcome?.ExitCode ?? ExitCode.Success;
    }

    private List<MenuBinding> Bindings(CancellationToken cancel)
    {
        var nothingRun = _outcome is null ? "nothing has been run yet" : null;
        var erasers = _services.Erasers();
        return
        [
            new('p', "Policy", _choices.StartFile ?? "none", "Start from one of the policies", _services.PolicyFiles().Count == 0 ? "there is no policies folder here" : null, PickPolicy),
            new('m', "Model", _choices.Model, "Pick the model to change", null, PickModel),
            new('c', "Concepts", $"{_choices.Picked.Count} of {_choices.Concepts.Count} picked", "Pick what to erase, or type something else", null, PickConcepts),
            new('e', "Eraser", _choices.Eraser, "Pick the algorithm", erasers.Count == 0 ? "no eraser is installed" : null, PickEraser),
            new('r', "Run", "", "Erase, measure, and write model and report", RunProblem(erasers), () => RunPolicy(cancel)),
            new('l', "Look at results", _outcome is null ? "" : $"exit code {(int)_outcome.ExitCode}", "Figures and gates of the last run", nothingRun, ShowResults),
            new('o', "Open report", "", "Open the report in the browser", nothingRun ?? (_outcome!.Report is null ? "the last run wrote no report" : null), OpenReport),
            new('q', "Quit", "", "Leave", null, () => _leave = true),
        ];
    }

    private string? RunProblem(IReadOnlyList<string> erasers) =>
        _choices.Picked.Count == 0 ? "pick at least one concept" : !erasers.Contains(_choices.Eraser) ? $"eraser {_choices.Eraser} is not installed" : null;

    private void PickPolicy()
    {
        if (_input.ChooseOne("Policy to start from", _services.PolicyFiles(), _choices.StartFile) is { } file) Start(file);
    }

    private void Start(string file)
    {
        _lastCommand = $"lethe policy check {Quoted(file)}{_services.CommandOptions}";
        var reading = PolicyReader.Read(file);
        if (reading.Policy is { } policy) _choices.StartFrom(policy, file);
        else _input.Show($"{file} cannot be used", [.. reading.Diagnostics.Select(diagnostic => diagnostic.ToString())], _lastCommand);
    }

    private void PickModel()
    {
        const string other = "another folder …";
        var chosen = _input.ChooseOne("Model", [.. _services.Models(), other], _choices.Model);
        if (chosen == other) chosen = _input.AskText("Folder of a diffusers model") is { } folder ? Path.GetFullPath(folder) : null;
        if (chosen is null) return;
        _choices.Model = chosen;
        _lastCommand = $"lethe apply … --model {Quoted(chosen)}{_services.CommandOptions}";
    }

    private void PickConcepts()
    {
        _input.ChooseMany("Concepts to erase", _choices.Concepts, _choices.Picked);
        _lastCommand = _choices.Picked.Count == 0 ? null : $"lethe apply {Quoted(FileToRun())}{_services.CommandOptions}";
    }

    private void PickEraser()
    {
        if (_input.ChooseOne("Eraser", _services.Erasers(), _choices.Eraser) is not { } chosen) return;
        _choices.Eraser = chosen;
        _lastCommand = $"lethe plugins show {chosen}{_services.CommandOptions}";
    }

    private void RunPolicy(CancellationToken cancel)
    {
        var file = FileToRun();
        _lastCommand = $"lethe apply {Quoted(file)}{_services.CommandOptions}";
        var progress = new MenuProgress(_time);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var run = Task.Run(() => _services.Apply(file, progress, stop.Token), CancellationToken.None);
        _outcome = new RunScreen(_console, _input).Follow(run, progress, stop, _lastCommand);
        if (!cancel.IsCancellationRequested) ShowResults();
    }

    // The command that is shown must work as it stands, so the file is there before anybody copies the command.
    private string FileToRun() => _choices.IsStartAsWritten ? _choices.StartFile! : _services.WritePolicy(_choices.ToPolicy());

    private void ShowResults() =>
        _input.Show($"Result: {HelpOf(_outcome!.ExitCode)}", _outcome.Lines, _lastCommand is null ? "" : $"same as: {_lastCommand}");

    private void OpenReport()
    {
        var report = _outcome!.Report!;
        _lastCommand = $"xdg-open {Quoted(report)}";
        if (!_services.Open(report)) _input.Show("There is nothing here to open a report with", [report], "open this file in a browser");
    }

    private string? TakeCommand()
    {
        var command = _lastCommand;
        _lastCommand = null;
        return command;
    }

    private static string HelpOf(ExitCode code) => Commands.HelpTopics.ExitCodeRows().First(row => row.Number == (int)code).Meaning;

    private static string Quoted(string path) => path.Contains(' ', StringComparison.Ordinal) ? $"'{path}'" : path;
}
