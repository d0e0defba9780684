namespace Lethe.Host.Runs;

/// <summary>A plugin that took part in a run.</summary>
public sealed record ManifestPlugin(string Id, string Version, string Sha256);
