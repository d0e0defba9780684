using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Diagnostics;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Lethe.Host.Plugins;
using Lethe.Sdk.Erasers;

namespace Lethe.Host.Tests.Plugins;

/// <summary>Compiles fixtures into plugin folders below a temporary root, and loads that root.</summary>
public sealed class FixtureBench : IDisposable
{
    private static readonly string Dotnet = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", ".."));
    private static readonly string Compiler = FindCompiler();
    private static readonly ConcurrentDictionary<string, byte[]> Compiled = new(StringComparer.Ordinal);

    public FixtureBench()
    {
        Base = Directory.CreateTempSubdirectory("lethe-plugins-").FullName;
        Root = Path.Combine(Base, "plugins");
        Directory.CreateDirectory(Root);
    }

    public string Base { get; }

    public string Root { get; }

    public static string SdkAssembly => typeof(IEraser).Assembly.Location;

    /// <summary>Root of the source tree that these tests were built in.</summary>
    public static string SourceTree => PluginRoots.SourceTree() ?? throw new InvalidOperationException("tests run inside the source tree");

    public static string Sources => Path.Combine(SourceTree, "tests", "Fixtures", "Sources");

    /// <summary>Compiles one fixture into <c>Root/name/name.dll</c>.</summary>
    public string AddPlugin(string name, string source, string? define = null, string? sdk = null, string? dependency = null)
    {
        var folder = Path.Combine(Root, name);
        Directory.CreateDirectory(folder);
        string[] references = dependency is null ? [sdk ?? SdkAssembly] : [sdk ?? SdkAssembly, dependency];
        return Compile(Path.Combine(folder, name + ".dll"), source, define, references);
    }

    /// <summary>Compiles one fixture source into a library; the same work is done once a test run.</summary>
    public static string Compile(string output, string source, string? define, params string[] references)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(output)!);
        var stable = references.Select(file => file == SdkAssembly ? "sdk" : Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(file))));
        File.WriteAllBytes(output, Compiled.GetOrAdd(
            string.Join('|', [Path.GetFileName(output), source, define, .. stable]), _ => CompileNow(output, source, define, references)));
        return output;
    }

    /// <summary>Lets a compiled plugin ask for version 99 of an assembly that it references.</summary>
    public static void RaiseReference(string plugin, string name)
    {
        var bytes = File.ReadAllBytes(plugin);
        using var pe = new PEReader([.. bytes]);
        var reader = pe.GetMetadataReader();
        var row = reader.AssemblyReferences.Single(handle => reader.StringComparer.Equals(reader.GetAssemblyReference(handle).Name, name));
        // A row begins with the major version.
        var offset = pe.PEHeaders.MetadataStartOffset + reader.GetTableMetadataOffset(TableIndex.AssemblyRef)
            + ((MetadataTokens.GetRowNumber(row) - 1) * reader.GetTableRowSize(TableIndex.AssemblyRef));
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(offset), 99);
        File.WriteAllBytes(plugin, bytes);
    }

    public PluginCatalog Load(PluginTrust trust = PluginTrust.Anything) => PluginCatalog.Load([Root], trust, Path.Combine(Base, "store"));

    /// <summary>Agrees to a plugin as it is now.</summary>
    public void Trust(string id)
    {
        using var catalog = Load();
        var plugin = catalog.Plugins.Single(plugin => plugin.Id == id);
        PluginLock.Trust(plugin.Folder, plugin.Identity!, plugin.Files);
    }

    public void Dispose() => Directory.Delete(Base, recursive: true);

    private static byte[] CompileNow(string output, string source, string? define, string[] references)
    {
        var framework = Path.GetDirectoryName(typeof(object).Assembly.Location)!;
        string[] always = ["System.Runtime.dll", "System.Private.CoreLib.dll", "netstandard.dll"];
        var start = new ProcessStartInfo(Path.Combine(Dotnet, "dotnet")) { RedirectStandardOutput = true };
        string[] arguments =
        [
            "exec", Compiler, "/noconfig", "/nostdlib", "/target:library", "/deterministic", "/langversion:latest", $"/out:{output}",
            .. define is null ? Array.Empty<string>() : [$"/define:{define}"],
            .. always.Select(file => $"/reference:{Path.Combine(framework, file)}"),
            $"/reference:{typeof(System.Composition.ExportAttribute).Assembly.Location}",
            .. references.Select(file => $"/reference:{file}"),
            Path.Combine(Sources, source),
        ];
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        using var process = Process.Start(start)!;
        var text = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, text);
        return File.ReadAllBytes(output);
    }

    private static string FindCompiler() =>
        Directory.EnumerateDirectories(Path.Combine(Dotnet, "sdk"))
            .Select(folder => Path.Combine(folder, "Roslyn", "bincore", "csc.dll"))
            .Where(File.Exists).Order(StringComparer.Ordinal).Last();
}
