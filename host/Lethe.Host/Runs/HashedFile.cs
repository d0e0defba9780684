namespace Lethe.Host.Runs;

/// <summary>A file, relative to the folder that is being described, and the SHA-256 of its bytes.</summary>
public sealed record HashedFile(string Path, string Sha256);
