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

    [Fact]
    public async Task Generate_Bfloat16_DrawsOtherBytesOrSaysThatItIsSlower()
    {
        var single = await Generate("single", "--dtype", "float32");
        var half = await Generate("half", "--dtype", "bfloat16");

        if (half.ExitCode == 2)
        {
            Assert.Contains("times as long as `float32`", Assert.Single(half.Errors));
            return;
        }

        Assert.True(single.ExitCode == 0, single.Error);
        Assert.True(half.ExitCode == 0, half.Error);
        Assert.Equal(_studio.Files("single").Keys, _studio.Files("half").Keys);
        Assert.NotEqual(_studio.Files("single")["01-a-bomb-7.png"], _studio.Files("half")["01-a-bomb-7.png"]);
    }

    [Theory]
    [InlineData("float16", "--dtype", "float16")]
    [InlineData("cuda:99", "--device", "cuda:99")]
    public async Task Generate_WhatThisMachineLacks_IsRefused(string named, params string[] more)
    {
        var result = await Generate("refused", more);

        Assert.Equal(2, result.ExitCode);
        Assert.Contains(named, Assert.Single(result.Errors));
        Assert.False(Path.Exists(_studio.In("refused")));
    }

    private Task<LetheResult> Generate(string output, params string[] more) => LetheProcess.RunAsync(
        _studio.Root, ["generate", "--model", "model", "--prompt", "a bomb", "--seed", "7", "--count", "2", "--steps", "2", "--output", output, .. more]);
}
