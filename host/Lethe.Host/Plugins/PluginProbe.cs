using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;
using Lethe.Sdk;
using Lethe.Sdk.Diagnostics;

namespace Lethe.Host.Plugins;

/// <summary>Judges a plugin by its metadata. Nothing of it runs, and no file stays open.</summary>
internal static partial class PluginProbe
{
    // The contract assembly of SDK 1.
    private const string FormerEngine = "Lethe.Torch";

    /// <summary>Reads a main assembly.</summary>
    /// <param name="mainAssembly">Full path.</param>
    /// <param name="found">Receives every reason to refuse it.</param>
    /// <returns>The identity as far as it is known; null when the file does not say.</returns>
    public static PluginIdentity? Read(string mainAssembly, List<Diagnostic> found)
    {
        try
        {
            using var pe = new PEReader(File.OpenRead(mainAssembly));
            if (!pe.HasMetadata || !pe.GetMetadataReader().IsAssembly)
                return Refuse(found, DiagnosticId.NotAnAssembly, $"`{mainAssembly}` is not a .NET assembly");

            var reader = pe.GetMetadataReader();
            var identity = Identity(reader, mainAssembly, found);
            if (identity is null)
                return null;

            Judge(reader, pe.PEHeaders.CoffHeader.Machine, identity, found);
            return identity;
        }
        catch (Exception failure) when (failure is BadImageFormatException or IOException or UnauthorizedAccessException
            or InvalidOperationException or OverflowException or ArgumentException)
        {
            return Refuse(found, DiagnosticId.NotAnAssembly, $"`{mainAssembly}` cannot be read as a .NET assembly: {failure.Message.TrimEnd('.')}");
        }
    }

    private static PluginIdentity? Identity(MetadataReader reader, string path, List<Diagnostic> found)
    {
        var references = reader.AssemblyReferences.Select(reader.GetAssemblyReference).ToList();
        var sdk = references.Where(reference => reader.StringComparer.Equals(reference.Name, "Lethe.Sdk")).Select(reference => reference.Version).FirstOrDefault();
        if (sdk is null || AttributeStrings.Of(reader, "Lethe.Sdk", nameof(LethePluginAttribute)) is not { } arguments)
        {
            return Refuse(found, DiagnosticId.NotAPlugin, $"`{path}` is not a Lethe plugin: it has no `[assembly: LethePlugin(...)]`",
                "a folder below a plugin folder must hold a plugin of the same name");
        }

        var identity = new PluginIdentity
        {
            Id = arguments.GetValueOrDefault("0") as string ?? "",
            Version = AttributeStrings.Of(reader, "System.Reflection", "AssemblyInformationalVersionAttribute")?.GetValueOrDefault("0") as string
                ?? reader.GetAssemblyDefinition().Version.ToString(),
            Sdk = new Version(sdk.Major, sdk.Minor),
            SdkRange = arguments.GetValueOrDefault("SdkRange") as string,
            Exports = (arguments.GetValueOrDefault("Exports") as string ?? "").Split(
                ',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries),
        };
        var name = reader.GetString(reader.GetAssemblyDefinition().Name);
        if (!IdPattern().IsMatch(identity.Id))
            return Refuse(found, DiagnosticId.BadPluginIdentity, $"`{path}` has the plugin id `{identity.Id}`, expected lower-case words joined by dots or dashes");
        if (name != Path.GetFileNameWithoutExtension(path))
            return Refuse(found, DiagnosticId.BadPluginIdentity, $"`{path}` holds the assembly `{name}`, expected the file's own name");
        if (ContractSurface.Assemblies.Contains(name) || HostAssemblies.IsPrivate(name))
            return Refuse(found, DiagnosticId.BadPluginIdentity, $"plugin `{identity.Id}` was not loaded: its assembly `{name}` is named like one of the host");
        return identity;
    }

    private static void Judge(MetadataReader reader, Machine machine, PluginIdentity identity, List<Diagnostic> found)
    {
        var refusal = $"plugin `{identity.Id}` was not loaded";
        if (reader.AssemblyReferences.Any(handle => reader.StringComparer.Equals(reader.GetAssemblyReference(handle).Name, FormerEngine)))
        {
            found.Add(Diagnostic.Error(DiagnosticId.OtherTensorEngine,
                $"{refusal}: it was built for the tensor engine `{FormerEngine}`, this host runs `{typeof(torch).Assembly.GetName().Name}`",
                $"rebuild the plugin against SDK {SdkVersion.Current}"));
            return;
        }

        if (SdkCompatibility.Judge(identity, SdkVersion.Current) is { } mismatch)
        {
            found.Add(mismatch);
            return;
        }

        foreach (var member in ContractSurface.OfHost.MissingFor(reader).Take(5))
        {
            found.Add(Diagnostic.Error(DiagnosticId.MissingSdkMember, $"{refusal}: it uses `{member}`, which this host's SDK {SdkVersion.Current} does not have",
                $"rebuild the plugin against SDK {SdkVersion.Current}"));
        }

        if (machine is not (Machine.I386 or Machine.Unknown) && machine != HostMachine())
            found.Add(Diagnostic.Error(DiagnosticId.WrongPlatform, $"{refusal}: it was built for `{machine}`, this host runs on `{HostMachine()}`"));
        var framework = AttributeStrings.Of(reader, "System.Runtime.Versioning", "TargetFrameworkAttribute")?.GetValueOrDefault("0") as string;
        if (framework is not null && !RunsHere(framework))
            found.Add(Diagnostic.Error(DiagnosticId.WrongPlatform, $"{refusal}: it targets `{framework}`, this host runs .NET {Environment.Version.Major}"));
    }

    private static bool RunsHere(string framework) =>
        framework.StartsWith(".NETStandard,", StringComparison.Ordinal)
        || (framework.StartsWith(".NETCoreApp,Version=v", StringComparison.Ordinal)
            && Version.TryParse(framework[".NETCoreApp,Version=v".Length..], out var version) && version.Major <= Environment.Version.Major);

    private static Machine HostMachine() => RuntimeInformation.ProcessArchitecture switch
    {
        Architecture.X64 => Machine.Amd64,
        Architecture.Arm64 => Machine.Arm64,
        _ => Machine.I386,
    };

    private static PluginIdentity? Refuse(List<Diagnostic> found, string id, string message, string? hint = null)
    {
        found.Add(Diagnostic.Error(id, message, hint));
        return null;
    }

    [GeneratedRegex(@"\A[a-z0-9]+([.-][a-z0-9]+)*\z")]
    private static partial Regex IdPattern();
}
