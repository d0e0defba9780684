using FsCheck;
using FsCheck.Xunit;
using Lethe.Host.Benchmarks;

namespace Lethe.Host.Tests.Benchmarks;

public sealed class CellProgressTests
{
    [Property]
    public bool Of_ItsOwnLine_IsTheSame(bool isTraining, NonNegativeInt number)
    {
        var progress = new CellProgress(isTraining, number.Get);

        return CellProgress.Of(progress.Line) == progress;
    }

    [Theory]
    [InlineData("")]
    [InlineData("pictures")]
    [InlineData("pictures many")]
    [InlineData("training -1")]
    [InlineData("training 99999999999")]
    [InlineData("a plugin that writes to stdout")]
    public void Of_AnyOtherLine_IsNothing(string line) => Assert.Null(CellProgress.Of(line));
}
