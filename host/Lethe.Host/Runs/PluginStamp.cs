namespace Lethe.Host.Runs;

/// <summary>Exactly which plugin takes part in a run.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Version">Its version.</param>
/// <param name="Sha256">Hash over its folder's files.</param>
/// <param name="LockIgnored">True when no lock file agrees to its files; absent otherwise.</param>
public sealed record PluginStamp(string Id, string Version, string Sha256, bool? LockIgnored = null);
