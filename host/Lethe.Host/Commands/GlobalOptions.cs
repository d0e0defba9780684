using System.CommandLine;
using System.Text.RegularExpressions;
using Lethe.Host.Runs;

namespace Lethe.Host.Commands;

/// <summary>Options that every command takes, and two that some take: <see cref="Computed"/> where to compute, <see cref="Drawn"/> in which number format to draw.</summary>
public sealed record GlobalOptions
{
    /// <summary>One JSON document on stdout instead of text, errors included.</summary>
    public bool Json { get; init; }

    /// <summary>No progress and no notes on stderr; errors stay.</summary>
    public bool Quiet { get; init; }

    /// <summary>More notes, and stack traces of unexpected errors.</summary>
    public bool Verbose { get; init; }

    /// <summary>Never ask; a missing answer is a usage error.</summary>
    public bool NoInput { get; init; }

    /// <summary>No colour even on a terminal.</summary>
    public bool NoColor { get; init; }

    /// <summary>Cores to use, as asked for; null is all of them.</summary>
    public int? Threads { get; init; }

    /// <summary>Cores to use.</summary>
    public int CoresToUse => Threads ?? Environment.ProcessorCount;

    /// <summary><c>--device</c>, for the commands that erase or draw.</summary>
    public static Option<string?> Computed { get; } = CreateComputed();

    /// <summary><c>--dtype</c>, for the commands that draw.</summary>
    public static Option<string?> Drawn { get; } = CreateDrawn();

    /// <summary>Number format to draw in, one of <see cref="PlannedSampling.Dtypes"/>; null leaves it to the policy.</summary>
    public string? Dtype { get; init; }

    /// <summary><c>cpu</c>, <c>cuda</c> or <c>cuda:N</c>; null leaves it to the policy.</summary>
    public string? Device { get; init; }

    /// <summary>Folders that hold plugin folders, besides the usual ones.</summary>
    public IReadOnlyList<string> Plugins { get; init; } = [];

    /// <summary>Plugins are loaded whatever the lock files say.</summary>
    public bool AllowUntrusted { get; init; }

    internal static void AddTo(Command root)
    {
        root.Options.Add(Flag("--json", "Print one JSON document on stdout, errors included"));
        root.Options.Add(Flag("--quiet", "No progress and no notes on stderr", "-q"));
        root.Options.Add(Flag("--verbose", "More notes, and stack traces of unexpected errors", "-v"));
        root.Options.Add(Flag("--no-input", "Never ask; a missing answer is an error"));
        root.Options.Add(Flag("--no-color", "No colour even on a terminal"));
        root.Options.Add(Threaded());
        root.Options.Add(PluginFolders());
        root.Options.Add(Flag("--allow-untrusted", "Load plugins that no lock file agrees to; for authors, and recorded in the run"));
    }

    internal static GlobalOptions From(ParseResult parsed) => new()
    {
        Json = parsed.GetValue<bool>("--json"),
        Quiet = parsed.GetValue<bool>("--quiet"),
        Verbose = parsed.GetValue<bool>("--verbose"),
        NoInput = parsed.GetValue<bool>("--no-input"),
        NoColor = parsed.GetValue<bool>("--no-color"),
        // A value that does not parse is reported by the parser; reading it here would throw before that.
        Threads = parsed.Errors.Count == 0 ? parsed.GetValue<int?>("--threads") : null,
        Device = parsed.Errors.Count == 0 ? parsed.GetValue(Computed) : null,
        Dtype = parsed.Errors.Count == 0 ? parsed.GetValue(Drawn) : null,
        Plugins = parsed.Errors.Count == 0 ? parsed.GetValue<string[]>("--plugins") ?? [] : [],
        AllowUntrusted = parsed.GetValue<bool>("--allow-untrusted"),
    };

    private static Option<bool> Flag(string name, string description, params string[] aliases) =>
        new(name, aliases) { Description = description, Recursive = true };

    private static Option<string[]> PluginFolders()
    {
        var option = new Option<string[]>("--plugins")
        {
            Description = "Also look for plugin folders below this folder; may be given several times",
            Recursive = true,
            HelpName = "folder",
            Arity = ArgumentArity.OneOrMore,
        };
        // A misspelt folder would otherwise look like a plugin that is not installed.
        option.Validators.Add(result =>
        {
            if (result.Tokens.FirstOrDefault(token => !Directory.Exists(token.Value)) is { } missing)
                result.AddError($"`--plugins` is `{missing.Value}`, expected a folder that exists");
        });
        return option;
    }

    private static Option<string?> CreateComputed()
    {
        var option = new Option<string?>("--device") { Description = "Device to compute on, whatever the policy says: cpu, or cuda, cuda:0 and so on", HelpName = "name" };
        option.Validators.Add(result =>
        {
            if (result.Tokens.Count == 1 && !Regex.IsMatch(result.Tokens[0].Value, $"^({Policies.Policy.DevicePattern})$"))
                result.AddError($"`--device` is `{result.Tokens[0].Value}`, expected `cpu`, `cuda` or a number behind it such as `cuda:0`");
        });
        return option;
    }

    private static Option<string?> CreateDrawn()
    {
        var option = new Option<string?>("--dtype")
        {
            Description = "Number format to draw in, whatever the policy says: float32, bfloat16 where the processor has it, float16 on CUDA",
            HelpName = "format",
        };
        option.AcceptOnlyFromAmong([.. PlannedSampling.Dtypes]);
        return option;
    }

    private static Option<int?> Threaded()
    {
        var option = new Option<int?>("--threads") { Description = "Cores to use; all unless given", Recursive = true, HelpName = "count" };
        option.Validators.Add(result =>
        {
            if (result.Tokens.Count == 1 && int.TryParse(result.Tokens[0].Value, out var count) && count is < 1 or > 1024)
                result.AddError($"`--threads` is `{result.Tokens[0].Value}`, expected a number from 1 to 1024");
        });
        return option;
    }
}
