namespace Lethe.Diffusion.Checkpoints;

/// <summary>A member of a zip archive, stored without compression.</summary>
/// <param name="Name">Its name, with <c>/</c>.</param>
/// <param name="Begin">First byte of its data in the file.</param>
/// <param name="Length">Bytes of its data.</param>
internal sealed record ZipMember(string Name, long Begin, long Length);
