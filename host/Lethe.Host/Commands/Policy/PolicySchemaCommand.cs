using System.CommandLine;
using Lethe.Host.Commands.Plugins;
using Lethe.Host.Output;
using Lethe.Host.Policies;

namespace Lethe.Host.Commands;

/// <summary><c>lethe policy schema</c>: the JSON Schema of policies, options of the installed erasers included.</summary>
internal static class PolicySchemaCommand
{
    public static Command Create()
    {
        var command = new Command("schema", "Print the JSON Schema of policies, for editors");
        command.SetRun((context, _) =>
        {
            using var catalog = AskedPlugins.Load(context);
            var schema = SchemaWriter.Write(catalog.Erasers.Values.Select(eraser => eraser.Metadata));
            if (!context.Globals.Json) context.Streams.Out.WriteLine(JsonOutput.Text(schema));
            return context.Finish(schema);
        });
        return command;
    }
}
