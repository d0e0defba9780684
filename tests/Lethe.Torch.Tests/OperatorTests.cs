using System.Reflection;
using Lethe.Torch.Native;
using Xunit;

namespace Lethe.Torch.Tests;

public sealed class OperatorTests
{
    public static TheoryData<string> Operators()
    {
        var data = new TheoryData<string>();
        foreach (var field in typeof(Aten).GetFields(BindingFlags.Static | BindingFlags.NonPublic))
            data.Add(field.Name);
        return data;
    }

    [Theory]
    [MemberData(nameof(Operators))]
    public void Find_EveryOperatorInUse_Exists(string field)
    {
        var op = (Operator)typeof(Aten).GetField(field, BindingFlags.Static | BindingFlags.NonPublic)!.GetValue(null)!;

        op.Find();
    }

    [Fact]
    public void Call_ShapesThatDoNotFit_ThrowsWithTheOperatorsName()
    {
        using var scope = torch.NewDisposeScope();

        var error = Assert.Throws<TorchException>(() => torch.zeros([2, 3]).matmul(torch.zeros([2, 3])));

        Assert.Equal("aten::matmul", error.Operation);
        Assert.Contains("2x3", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Call_DisposedTensor_ThrowsObjectDisposed()
    {
        var tensor = torch.zeros([2]);
        tensor.Dispose();

        Assert.Throws<ObjectDisposedException>(() => tensor.add(1));
    }
}
