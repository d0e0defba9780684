using Lethe.Training.Data;

namespace Lethe.Training.Tests.Data;

public sealed class WorldTests
{
    private static readonly string Text = File.ReadAllText(ShippedWorld.Path);

    [Fact]
    public void Load_ShippedWorld_HasTheCifar10Ten()
    {
        var world = World.Load(ShippedWorld.Path);

        Assert.Equal(
            ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"], world.Cifar10);
        Assert.All(world.Cifar10.Concat(world.AgeRating), name => Assert.True(world.ObjectNumber(name) >= 0, name));
    }

    [Theory]
    [InlineData("name: openmoji", "name: noto", "style `noto` is listed twice")]
    [InlineData("name: owl", "name: penguin", "`penguin` stands for both `penguin` and `penguin`")]
    [InlineData("cifar10: [airplane", "cifar10: [zeppelin", "cifar10: unknown object `zeppelin`")]
    [InlineData("version: 1.2.9", "version: ../evil", "has package `@iconify-json/noto` version `../evil`")]
    [InlineData("ink: '#702f00'", "ink: brown", "style `sepia`: `ink` is `brown`, expected `#` and six hexadecimal digits")]
    [InlineData("held-out-share: 0.02", "held-out-share: 2", "`held-out-share` is 2")]
    [InlineData("seed: 20260", "seeds: 20260", "seeds")]
    public void Load_FaultyWorld_NamesTheFault(string sound, string faulty, string expected)
    {
        var path = Path.GetTempFileName();
        try
        {
            var at = Text.IndexOf(sound, StringComparison.Ordinal);
            File.WriteAllText(path, Text.Remove(at, sound.Length).Insert(at, faulty));

            var error = Assert.Throws<InvalidDataException>(() => World.Load(path));

            Assert.Contains(expected, error.Message, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(path);
        }
    }
}
