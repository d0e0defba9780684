namespace Lethe.Diffusion.Checkpoints;

/// <summary>What a pickle may name: the few things that tensors are made of. None of them is ever called; the reader knows what each stands for.</summary>
internal static class PickleNames
{
    public const string OrderedDictionary = "collections.OrderedDict";
    public const string RebuildTensor = "torch._utils._rebuild_tensor_v2";
    public const string RebuildParameter = "torch._utils._rebuild_parameter";

    // Published SD 1.x checkpoints carry their trainer's state, in which this class is the key of a dictionary. As a key it is a word;
    // calling it is refused like calling anything else.
    private const string TrainerState = "pytorch_lightning.callbacks.model_checkpoint.ModelCheckpoint";

    private static readonly Dictionary<string, ScalarType> Storages = new(StringComparer.Ordinal)
    {
        ["torch.FloatStorage"] = ScalarType.Float32,
        ["torch.HalfStorage"] = ScalarType.Float16,
        ["torch.BFloat16Storage"] = ScalarType.BFloat16,
        ["torch.DoubleStorage"] = ScalarType.Float64,
        ["torch.LongStorage"] = ScalarType.Int64,
        ["torch.IntStorage"] = ScalarType.Int32,
        ["torch.ShortStorage"] = ScalarType.Int16,
        ["torch.CharStorage"] = ScalarType.Int8,
        ["torch.ByteStorage"] = ScalarType.Byte,
        ["torch.BoolStorage"] = ScalarType.Bool,
    };

    public static bool IsKnown(string name) =>
        name is OrderedDictionary or RebuildTensor or RebuildParameter or TrainerState || Storages.ContainsKey(name);

    public static ScalarType? StorageType(string name) => Storages.TryGetValue(name, out var type) ? type : null;
}
