namespace Lethe.Host.Plugins;

/// <summary>One file of a plugin folder.</summary>
/// <param name="Path">Relative to the folder, with <c>/</c>.</param>
/// <param name="Sha256">Lower-case hexadecimal.</param>
public sealed record PluginFile(string Path, string Sha256);
