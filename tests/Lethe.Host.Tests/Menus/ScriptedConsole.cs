using System.Diagnostics.CodeAnalysis;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Lethe.Host.Tests.Menus;

/// <summary>A console of fixed size without colour: keys come from a script, every drawn screen is kept.</summary>
[SuppressMessage("Design", "CA1001", Justification = "A string writer holds nothing that needs disposal.")]
internal sealed class ScriptedConsole : IAnsiConsole, IAnsiConsoleInput
{
    private readonly Queue<ConsoleKeyInfo> _keys = new();
    private readonly StringWriter _text = new();
    private readonly IAnsiConsole _inner;
    private readonly List<string> _screens = [];

    public ScriptedConsole(int width = 80, int height = 24)
    {
        _inner = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = AnsiSupport.No,
            ColorSystem = ColorSystemSupport.NoColors,
            Interactive = InteractionSupport.No,
            Out = new AnsiConsoleOutput(_text),
        });
        (_inner.Profile.Width, _inner.Profile.Height) = (width, height);
    }

    public Profile Profile => _inner.Profile;

    public IAnsiConsoleCursor Cursor => _inner.Cursor;

    public IAnsiConsoleInput Input => this;

    public IExclusivityMode ExclusivityMode => _inner.ExclusivityMode;

    public RenderPipeline Pipeline => _inner.Pipeline;

    /// <summary>Every screen that was drawn, the last one last.</summary>
    public IReadOnlyList<string> Screens => [.. _screens, _text.ToString()];

    public ScriptedConsole Press(params ConsoleKey[] keys)
    {
        foreach (var key in keys) _keys.Enqueue(new ConsoleKeyInfo('\0', key, false, false, false));
        return this;
    }

    public ScriptedConsole Type(string text)
    {
        foreach (var letter in text) _keys.Enqueue(new ConsoleKeyInfo(letter, letter == ' ' ? ConsoleKey.Spacebar : ConsoleKey.None, false, false, false));
        return this;
    }

    public void Clear(bool home)
    {
        _screens.Add(_text.ToString());
        _text.GetStringBuilder().Clear();
    }

    public void Write(IRenderable renderable) => _inner.Write(renderable);

    public void WriteAnsi(Action<AnsiWriter> action) => _inner.WriteAnsi(action);

    // Keys belong to screens; a run that looks for escape meanwhile must not eat them.
    public bool IsKeyAvailable() => false;

    public ConsoleKeyInfo? ReadKey(bool intercept) => _keys.TryDequeue(out var key) ? key : null;

    public Task<ConsoleKeyInfo?> ReadKeyAsync(bool intercept, CancellationToken cancellationToken) => Task.FromResult(ReadKey(intercept));
}
