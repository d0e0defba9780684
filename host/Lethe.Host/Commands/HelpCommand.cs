using System.CommandLine;
using System.Text.Json.Nodes;
using Lethe.Host.Policies;
using Lethe.Sdk.Diagnostics;

namespace Lethe.Host.Commands;

/// <summary><c>lethe help [topic or command]</c>.</summary>
public static class HelpCommand
{
    public static Command Create()
    {
        var topic = new Argument<string[]>("topic") { Description = "A topic (" + string.Join(", ", HelpTopics.All.Keys) + ") or a command", Arity = ArgumentArity.ZeroOrMore };
        var command = new Command("help", "Explain a topic or a command") { topic };
        command.SetRun((context, _) => Run(context, context.Parsed.GetValue(topic) ?? []));
        return command;
    }

    private static ExitCode Run(CommandContext context, string[] words)
    {
        if (words.Length == 1 && HelpTopics.All.TryGetValue(words[0], out var text))
        {
            if (!context.Globals.Json) context.Streams.Out.WriteLine(text());
            return context.Finish(DataOf(words[0], text()));
        }

        var root = CommandLine.CreateRoot();
        Command at = root;
        foreach (var word in words)
        {
            var next = at.Subcommands.FirstOrDefault(child => child.Name == word);
            if (next is null) return context.Finish(ExitCode.UsageInvalid, [Unknown(word, at)]);
            at = next;
        }

        return (ExitCode)root.Parse([.. words, "--help"]).Invoke(new HostInvocation(context.Streams));
    }

    private static Diagnostic Unknown(string word, Command at)
    {
        var known = HelpTopics.All.Keys.Concat(at.Subcommands.Select(child => child.Name)).ToList();
        var nearest = KeySuggestion.Nearest(word, known);
        return Diagnostic.Error(
            CommandLine.UsageDiagnosticId,
            $"no help topic or command `{word}`",
            nearest is null ? $"topics are {string.Join(", ", HelpTopics.All.Keys.Select(name => $"`{name}`"))}" : $"did you mean `{nearest}`?");
    }

    private static JsonObject DataOf(string topic, string text) => topic == "exit-codes"
        ? new JsonObject
        {
            ["exit-codes"] = new JsonArray([.. HelpTopics.ExitCodeRows().Select(row => (JsonNode)new JsonObject
            {
                ["number"] = row.Number,
                ["name"] = KeyName.Of(row.Name),
                ["meaning"] = row.Meaning,
            })]),
        }
        : new JsonObject { ["text"] = text };
}
