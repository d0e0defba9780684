using System.Diagnostics;
using System.IO.Compression;
using Lethe.Diffusion.Checkpoints;

namespace Lethe.Diffusion.Tests.Checkpoints;

public sealed class TorchFileTests : IDisposable
{
    private const string Python = "/usr/bin/python3";
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Open_StateDictionary_GivesItsTensorsAndStep()
    {
        using var scope = torch.NewDisposeScope();
        using var file = TorchFile.Open(Write(TorchBytes.Valid()));

        Assert.Equal(["a", "b"], file.Tensors.Select(tensor => tensor.Name));
        Assert.Equal([0f, 1, 2, 3, 4, 5], file.Read("a").data<float>().ToArray());
        Assert.Equal([0f, 3, 1, 4, 2, 5], file.Read("b").data<float>().ToArray());
        Assert.Equal("875000", file.Metadata["global_step"]);
    }

    [Fact]
    public void Open_FileOfPyTorch_GivesTheSameNumbers()
    {
        Assert.SkipWhen(!File.Exists(Python), "no Python");
        var path = folder.File("real.ckpt");
        var script = $$"""
            import torch, collections
            a = torch.arange(12.).reshape(3, 4)
            d = collections.OrderedDict(plain=a, transposed=a.t(), part=a[1:, 2:], half=a.half(), brain=a.bfloat16(), ids=torch.arange(5),
                parameter=torch.nn.Parameter(a[0].clone()), empty=torch.zeros(0, 3), scalar=torch.tensor(2.5), wide=a.double())
            module = torch.nn.Linear(2, 2)
            torch.save({'state_dict': d, 'global_step': 7, 'epoch': 1, 'name': 'x', 'nested': [1, 2.5, (None, True)], 'module': module.state_dict()}, r'{{path}}')
            """;
        using var python = Process.Start(new ProcessStartInfo(Python, ["-c", script]) { RedirectStandardError = true })!;
        var error = python.StandardError.ReadToEnd();
        python.WaitForExit();
        Assert.SkipWhen(error.Contains("No module named 'torch'", StringComparison.Ordinal), "no PyTorch");
        Assert.True(python.ExitCode == 0, error);

        using var scope = torch.NewDisposeScope();
        using var file = TorchFile.Open(path);
        var a = torch.arange(12, dtype: float32).reshape(3, 4);
        Assert.Equal("7", file.Metadata["global_step"]);
        foreach (var (name, expected) in new Dictionary<string, Tensor>
        {
            ["plain"] = a,
            ["transposed"] = a.t(),
            ["part"] = a.narrow(0, 1, 2).narrow(1, 2, 2),
            ["half"] = a,
            ["brain"] = a,
            ["parameter"] = a[0],
            ["scalar"] = torch.tensor(2.5f),
        })
            TinySd.AssertClose(expected, file.Read(name), 0, name);
        Assert.Equal([0, 3], file.Read("empty").shape);
        Assert.Equal([0L, 1, 2, 3, 4], file.Read("ids").data<long>().ToArray());
        Assert.Equal(10, file.Tensors.Count());
    }

    [Fact]
    public void CopyTo_StridedTensor_GivesRows()
    {
        using var file = TorchFile.Open(Write(TorchBytes.Valid()));
        using var bytes = new MemoryStream();

        file.CopyTo("b", bytes);

        Assert.Equal([0f, 3, 1, 4, 2, 5], Enumerable.Range(0, 6).Select(i => BitConverter.ToSingle(bytes.ToArray(), 4 * i)));
    }

    // Made when needed: as test data the bytes would be written into every test's name.
    private static readonly (string Expected, Func<byte[]> Bytes)[] All =
    [
        ("`os.system`", () => TorchBytes.Around(TorchBytes.Global("os", "system"), TorchBytes.Tuple(TorchBytes.Text("touch /tmp/owned")), [(byte)'R'])),
        ("`builtins.eval`", () => TorchBytes.Around(TorchBytes.Global("builtins", "eval"), TorchBytes.Tuple(TorchBytes.Text("1")), [(byte)'R'])),
        ("`torch.load`", () => TorchBytes.Around(TorchBytes.Global("torch", "load"))),
        ("`numpy.core.multiarray._reconstruct`", () => TorchBytes.Around(TorchBytes.Global("numpy.core.multiarray", "_reconstruct"))),
        ("(INST)", () => TorchBytes.Around([(byte)'(', (byte)'i', .. "os\nsystem\n"u8])),
        ("(OBJ)", () => TorchBytes.Around([(byte)'('], TorchBytes.Global("collections", "OrderedDict"), [(byte)'o'])),
        ("(NEWOBJ)", () => TorchBytes.Around(TorchBytes.Global("collections", "OrderedDict"), [(byte)')', 0x81])),
        ("(STACK_GLOBAL)", () => TorchBytes.Around(TorchBytes.Text("os"), TorchBytes.Text("system"), [0x93])),
        ("(EXT1)", () => TorchBytes.Around([0x82, 1])),
        ("(PERSID)", () => TorchBytes.Around([(byte)'P', .. "os\n"u8])),
        ("BUILD", () => TorchBytes.Around(TorchBytes.Global("collections", "OrderedDict"), TorchBytes.Dictionary(), [(byte)'b'])),
        ("REDUCE", () => TorchBytes.Around(TorchBytes.Text("x"), [(byte)')', (byte)'R'])),
        ("`pytorch_lightning.callbacks.model_checkpoint.ModelCheckpoint` with these", () => TorchBytes.Around(
            TorchBytes.Global("pytorch_lightning.callbacks.model_checkpoint", "ModelCheckpoint"), [(byte)')', (byte)'R'])),
        ("persistent id", () => TorchBytes.Around(TorchBytes.Text("storage"), [(byte)'Q'])),
        ("`torch.load`", () => TorchBytes.Around(TorchBytes.Storage("load", "0", 6)[..^1], [(byte)'Q'])),
        ("plain name", () => TorchBytes.Around(TorchBytes.Storage("FloatStorage", "../../etc/passwd", 6))),
        ("does not fit storage", () => TorchBytes.Around(TorchBytes.Tensor(TorchBytes.Storage("FloatStorage", "0", 6), 4, [3], [1]))),
        ("does not fit storage", () => TorchBytes.Around(TorchBytes.Tensor(TorchBytes.Storage("FloatStorage", "0", 6), 0, [1 << 30, 1 << 30], [0, 0]))),
        ("no usable shape", () => TorchBytes.Around(TorchBytes.Tensor(TorchBytes.Storage("FloatStorage", "0", 6), 0, [-1], [1]))),
        ("the archive lacks", () => TorchBytes.Around(TorchBytes.Dictionary(("a", TorchBytes.Tensor(TorchBytes.Storage("FloatStorage", "7", 6), 0, [6], [1]))))),
        ("expected `600` numbers", () => TorchBytes.Around(TorchBytes.Dictionary(("a", TorchBytes.Tensor(TorchBytes.Storage("FloatStorage", "0", 600), 0, [600], [1]))))),
        ("ends inside", () => TorchBytes.Zip([("archive/data.pkl", [0x80, 2, (byte)'}'])])),
        ("more than `400000` values", () => TorchBytes.Around([.. Enumerable.Repeat((byte)']', 500_000)])),
        ("more than `2000000` steps", () => TorchBytes.Around([.. Enumerable.Repeat((byte)'(', 2_100_000)])),
        ("compressed by method", () => TorchBytes.Zip([("archive/data.pkl", TorchBytes.Pickle(TorchBytes.Dictionary()))], CompressionLevel.Optimal)),
        ("plain relative path", () => TorchBytes.Zip([("../data.pkl", TorchBytes.Pickle(TorchBytes.Dictionary()))])),
        ("plain relative path", () => TorchBytes.Zip([("/etc/data.pkl", TorchBytes.Pickle(TorchBytes.Dictionary()))])),
        ("TorchScript", () => TorchBytes.Zip([("a/data.pkl", TorchBytes.Pickle(TorchBytes.Dictionary())), ("a/constants.pkl", [])])),
        ("`2` members", () => TorchBytes.Zip([("a/data.pkl", []), ("b/data.pkl", [])])),
        ("`0` members", () => TorchBytes.Zip([("a/b/data.pkl", [])])),
        ("byte order", () => TorchBytes.Zip([("a/data.pkl", TorchBytes.Pickle(TorchBytes.Dictionary())), ("a/byteorder", "big"u8.ToArray())])),
    ];

    public static TheoryData<int, string> Attacks()
    {
        var rows = new TheoryData<int, string>();
        for (var number = 0; number < All.Length; number++)
            rows.Add(number, All[number].Expected);
        return rows;
    }

    [Theory]
    [MemberData(nameof(Attacks))]
    public void Open_Attack_IsRefusedByName(int number, string expected)
    {
        var path = Write(All[number].Bytes());

        var error = Assert.Throws<CheckpointException>(() => TorchFile.Open(path).Dispose());

        Assert.StartsWith($"`{path}`", error.Message, StringComparison.Ordinal);
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
        Assert.False(File.Exists("/tmp/owned"));
    }

    [Fact]
    public void Open_OldPickle_SaysWhatItIs()
    {
        var path = Write([0x80, 2, (byte)'}', (byte)'.']);

        var error = Assert.Throws<CheckpointException>(() => TensorFiles.Open(path).Dispose());

        Assert.Contains("starts with a pickle", error.Message, StringComparison.Ordinal);
    }

    private string Write(byte[] bytes)
    {
        var path = folder.File("model.ckpt");
        File.WriteAllBytes(path, bytes);
        return path;
    }
}
