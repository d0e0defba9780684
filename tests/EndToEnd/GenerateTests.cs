namespace Lethe.EndToEnd;

public sealed class GenerateTests : IDisposable
{
    private readonly Studio _studio = new();

    public void Dispose() => _studio.Dispose();

    [Fact]
    public async Task Generate_SameSeed_GivesEqualBytesAndOtherSeedsDiffer()
    {
        var first = await Generate("one");
        var second = await Generate("two");

        Assert.True(first.ExitCode == 0, first.Error);
        Assert.True(second.ExitCode == 0, second.Error);
        var (one, two) = (_studio.Files("one"), _studio.Files("two"));
        Assert.Equal(["01-a-bomb-7.png", "01-a-bomb-8.png", "grid.png"], one.Keys);
        Assert.All(one, file => Assert.Equal(file.Value, two[file.Key]));
        Assert.NotEqual(one["01-a-bomb-7.png"], one["01-a-bomb-8.png"]);
        Assert.Equal(2, first.Out.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
    }

    private Task<LetheResult> Generate(string output) => LetheProcess.RunAsync(
        _studio.Root, "generate", "--model", "model", "--prompt", "a bomb", "--seed", "7", "--count", "2", "--steps", "2", "--output", output);
}
