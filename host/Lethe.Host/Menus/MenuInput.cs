using Spectre.Console;

namespace Lethe.Host.Menus;

/// <summary>The screens that ask: one of several, several of several, a line of text. Escape always leaves without a choice.</summary>
internal sealed class MenuInput(IAnsiConsole console)
{
    private readonly MenuFrame _frame = new(console);

    /// <summary>Shows bindings until escape; choosing one runs it. Bindings are asked for anew after each run, since it may change them.</summary>
    public void Offer(string title, Func<IReadOnlyList<MenuBinding>> offered, Func<string?> lastCommand, Func<bool> leave)
    {
        var cursor = 0;
        while (!leave())
        {
            var bindings = offered();
            var labels = bindings.Max(binding => binding.Label.Length);
            var at = bindings[cursor];
            var status = lastCommand() is { } command ? $"same as: {command}" : at.DisabledReason is null ? at.Description : $"not now: {at.DisabledReason}";
            _frame.Draw(
                title,
                [.. bindings.Select(binding => $"{binding.Key}  {binding.Label.PadRight(labels)}  {(binding.DisabledReason is null ? binding.Value : $"({binding.DisabledReason})")}")],
                cursor, status, "up/down move   enter or letter choose   esc leave");
            if (ReadKey() is not { } key) return;
            var chosen = key.Key switch
            {
                ConsoleKey.Escape => -2,
                ConsoleKey.Enter => cursor,
                _ => bindings.ToList().FindIndex(binding => binding.Key == char.ToLowerInvariant(key.KeyChar)),
            };
            if (chosen == -2) return;
            cursor = chosen >= 0 ? chosen : Moved(cursor, key.Key, bindings.Count);
            if (chosen >= 0 && bindings[chosen].DisabledReason is null) bindings[chosen].Run();
        }
    }

    /// <summary>One of <paramref name="items"/>, or null after escape.</summary>
    public string? ChooseOne(string title, IReadOnlyList<string> items, string? current)
    {
        var cursor = Math.Max(0, items.ToList().IndexOf(current ?? ""));
        while (true)
        {
            _frame.Draw(title, items, cursor, "", "up/down move   enter choose   esc back");
            if (ReadKey() is not { } key || key.Key == ConsoleKey.Escape || items.Count == 0) return null;
            if (key.Key == ConsoleKey.Enter) return items[cursor];
            cursor = Moved(cursor, key.Key, items.Count);
        }
    }

    /// <summary>Marks any number of <paramref name="items"/> in <paramref name="picked"/>; changes stay after escape too.</summary>
    /// <param name="title">What is picked.</param>
    /// <param name="items">What can be picked; typed ones are added.</param>
    /// <param name="picked">What is picked.</param>
    public void ChooseMany(string title, List<string> items, ISet<string> picked)
    {
        var cursor = 0;
        while (true)
        {
            _frame.Draw(
                title, [.. items.Select(item => $"[{(picked.Contains(item) ? 'x' : ' ')}] {item}")], cursor,
                $"{picked.Count} of {items.Count} picked", "space pick   a all   n none   t type another   enter or esc back");
            if (ReadKey() is not { } key || key.Key is ConsoleKey.Escape or ConsoleKey.Enter) return;
            if (key.KeyChar == ' ' && items.Count > 0 && !picked.Remove(items[cursor])) picked.Add(items[cursor]);
            if (key.KeyChar == 'a') picked.UnionWith(items);
            if (key.KeyChar == 'n') picked.Clear();
            if (key.KeyChar == 't' && AskText("Concept, as one writes it in a prompt") is { } typed)
            {
                if (!items.Contains(typed)) items.Add(typed);
                picked.Add(typed);
            }

            cursor = Moved(cursor, key.Key, items.Count);
        }
    }

    /// <summary>A line of text, or null after escape or when nothing was typed.</summary>
    public string? AskText(string question)
    {
        var text = "";
        while (true)
        {
            _frame.Draw(question, [text + "_"], -1, "", "enter done   esc back");
            if (ReadKey() is not { } key || key.Key == ConsoleKey.Escape) return null;
            if (key.Key == ConsoleKey.Enter) return text.Trim() is { Length: > 0 } words ? words : null;
            if (key.Key == ConsoleKey.Backspace) text = text.Length > 0 ? text[..^1] : text;
            else if (!char.IsControl(key.KeyChar) && text.Length < 200) text += key.KeyChar;
        }
    }

    /// <summary>Shows lines until a key is pressed.</summary>
    public void Show(string title, IReadOnlyList<string> lines, string status)
    {
        var top = 0;
        while (true)
        {
            _frame.Draw(title, [.. lines.Skip(top)], -1, status, lines.Count > _frame.Room ? "up/down scroll   esc back" : "esc back");
            if (ReadKey() is not { } key || key.Key is ConsoleKey.Escape or ConsoleKey.Enter) return;
            top = Math.Min(Moved(top, key.Key, lines.Count), Math.Max(0, lines.Count - _frame.Room));
        }
    }

    /// <summary>Whether escape was pressed since the last look; other keys are dropped.</summary>
    public bool EscapePressed()
    {
        while (console.Input.IsKeyAvailable())
            if (console.Input.ReadKey(intercept: true)?.Key == ConsoleKey.Escape) return true;
        return false;
    }

    private ConsoleKeyInfo? ReadKey() => console.Input.ReadKey(intercept: true);

    private static int Moved(int cursor, ConsoleKey key, int count) => key switch
    {
        _ when count == 0 => 0,
        ConsoleKey.UpArrow => (cursor + count - 1) % count,
        ConsoleKey.DownArrow => (cursor + 1) % count,
        ConsoleKey.Home => 0,
        ConsoleKey.End => count - 1,
        _ => cursor,
    };
}
