using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Lethe.Host.Runs;

namespace Lethe.Host.Commands.Models;

/// <summary><c>lethe models list</c>: the built-in models that are installed.</summary>
internal static class ListCommand
{
    public static Command Create()
    {
        var list = new Command("list", "List the built-in models");
        list.SetRun((context, _) => RunGuard.Guard(context, () =>
        {
            var models = ModelLocation.BuiltInNames().Select(name => (Name: name, Path: ModelLocation.Find(name))).Select(model =>
                (model.Name, model.Path, Bytes: ModelFiles.Size(model.Path))).ToList();
            foreach (var (name, path, bytes) in models.Where(_ => !context.Globals.Json))
                context.Streams.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name,-20}{bytes / 1e6,8:0.0} MB   {path}"));
            return context.Finish(new JsonObject
            {
                ["models"] = new JsonArray([.. models.Select(model => new JsonObject { ["name"] = model.Name, ["path"] = model.Path, ["bytes"] = model.Bytes })]),
            });
        }));
        return list;
    }
}
