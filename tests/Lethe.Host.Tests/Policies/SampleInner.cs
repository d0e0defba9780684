namespace Lethe.Host.Tests.Policies;

public sealed record SampleInner
{
    public required string Name { get; init; } = "";
}
