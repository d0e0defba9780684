using Spectre.Console;

namespace Lethe.Host.Menus;

/// <summary>Shows a run while it works; escape asks it to stop, and what it has finished is kept.</summary>
internal sealed class RunScreen(IAnsiConsole console, MenuInput input)
{
    private static readonly TimeSpan DrawEvery = TimeSpan.FromMilliseconds(150);

    /// <summary>Draws until <paramref name="run"/> has ended; a failure becomes an outcome.</summary>
    public MenuOutcome Follow(Task<MenuOutcome> run, MenuProgress progress, CancellationTokenSource stop, string command)
    {
        console.Clear();
        console.WriteLine($"Running: {command}");
        console.WriteLine("esc stops; the same command again continues", new Style(Color.Grey));
        console.Live(View(progress, false)).AutoClear(true).Overflow(VerticalOverflow.Crop).Start(live =>
        {
            while (!Ended(run))
            {
                if (input.EscapePressed()) stop.Cancel();
                live.UpdateTarget(View(progress, stop.IsCancellationRequested));
            }
        });

        return run switch
        {
            { IsCompletedSuccessfully: true } => run.GetAwaiter().GetResult(),
            { IsCanceled: true } => Cancelled(command),
            { Exception.InnerException: OperationCanceledException } => Cancelled(command),
            _ => new MenuOutcome(ExitCode.RunFailed, [run.Exception!.InnerException!.Message], null),
        };
    }

    private static MenuOutcome Cancelled(string command) =>
        new(ExitCode.Cancelled, ["stopped; what was finished is kept", $"`{command}` continues"], null);

    private static Text View(MenuProgress progress, bool stopping) =>
        new(string.Join('\n', [.. progress.Lines(), .. stopping ? ["stopping after this step"] : Array.Empty<string>()]));

    private static bool Ended(Task run)
    {
        try
        {
            return run.Wait(DrawEvery);
        }
        catch (AggregateException)
        {
            // The task's state says the same.
            return true;
        }
    }
}
