using System.Globalization;
using Lethe.Diffusion.Checkpoints;
using Lethe.Diffusion.Images;
using Lethe.Diffusion.Networks;
using Lethe.Diffusion.Schedules;
using Lethe.Diffusion.Tests.Checkpoints;
using Lethe.Diffusion.Text;

namespace Lethe.Diffusion.Tests.Hostile;

/// <summary>
/// Damaged files either open or are refused with a message that names the file: no other exception, no hang, no memory beyond twice
/// the file plus 64 MB, or 256 MB for a picture. <c>LETHE_FUZZ_INPUTS</c> sets how many inputs each reader gets; 25 000 make over 100 000 in all.
/// </summary>
public sealed class ReaderFuzzTests : IDisposable
{
    private const long Allowance = 64L << 20;

    // A header may ask for as many pixels as are allowed; each passes through three buffers of 3 or 4 bytes.
    private const long PictureAllowance = 16L * ImageFile.LargestPixelCount;

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    private static int Inputs => int.TryParse(Environment.GetEnvironmentVariable("LETHE_FUZZ_INPUTS"), CultureInfo.InvariantCulture, out var count) ? count : 600;

    [Fact]
    public void Safetensors_DamagedFiles_OpenOrAreRefused()
    {
        using var scope = torch.NewDisposeScope();
        var path = folder.File("valid.safetensors");
        SafetensorsWriter.Write(path, new Dictionary<string, Tensor>
        {
            ["a.weight"] = torch.ones([3, 4]),
            ["b"] = torch.ones([2], dtype: float16),
            ["ids"] = torch.zeros([5], dtype: int64),
            ["none"] = torch.zeros([0, 7]),
        }, new Dictionary<string, string> { ["lethe"] = "fuzz" });

        Fuzz(File.ReadAllBytes(path), "fuzz.safetensors", 1, ReadAll);
    }

    [Fact]
    public void TorchFiles_DamagedFiles_OpenOrAreRefused() => Fuzz(TorchBytes.Valid(), "fuzz.ckpt", 2, ReadAll);

    [Fact]
    public void ShardIndexAndVariants_DamagedFiles_OpenOrAreRefused()
    {
        var index = """{"metadata": {"total_size": 4}, "weight_map": {"a": "part-1.safetensors", "b": "part-2.safetensors"}}"""u8.ToArray();

        Fuzz(index, "model.safetensors.index.json", 3, path => WeightFiles.Find(Path.GetDirectoryName(path)!, "model", null));
    }

    [Fact]
    public void Configurations_DamagedFiles_OpenOrAreRefused()
    {
        var source = TinyModel.WritePlain(folder.File("model"), second: true);
        foreach (var (name, read) in new (string, Action<string>)[]
        {
            ("unet/config.json", path => UNet2DConfig.Load(path)), ("vae/config.json", path => AutoencoderKLConfig.Load(path)),
            ("text_encoder/config.json", path => ClipTextConfig.Load(path)), ("scheduler/scheduler_config.json", path => SchedulerConfig.Load(path)),
        })
            Fuzz(File.ReadAllBytes(Path.Combine(source, name)), "config.json", 4, read);
    }

    [Fact]
    public void Tokenizers_DamagedFiles_OpenOrAreRefused()
    {
        BpeTrainer.Train(["a small cat sat on a small mat"], BpeTrainer.SmallestVocabulary + 8, folder.Path);
        foreach (var name in (string[])["vocab.json", "merges.txt", "special_tokens_map.json"])
        {
            var valid = File.ReadAllBytes(folder.File(name));
            Fuzz(valid, name, 5, _ => ClipTokenizer.Open(folder.Path).Encode("a small cat"));
            File.WriteAllBytes(folder.File(name), valid);
        }
    }

    [Fact]
    public void Pictures_DamagedFiles_OpenOrAreRefused()
    {
        foreach (var (name, valid) in PictureBytes.Valid())
        {
            Fuzz(valid, name, 6, path => ImageFile.Read(path), Refused, PictureAllowance);
            if (Path.GetExtension(name) == ".png")
                Fuzz(valid, name, 7, path => ImageFile.Decode(PictureBytes.WithValidSums(File.ReadAllBytes(path)), path), Refused, PictureAllowance);
        }

        bool Refused(Exception error) => error is InvalidDataException && error.Message.Contains(folder.Path, StringComparison.Ordinal);
    }

    private static void ReadAll(string path)
    {
        using var file = TensorFiles.Open(path);
        foreach (var tensor in file.Tensors)
        {
            file.Read(tensor.Name).Dispose();
            file.CopyTo(tensor.Name, Stream.Null);
        }
    }

    private void Fuzz(byte[] valid, string name, int seed, Action<string> read, Func<Exception, bool>? refuses = null, long allowance = Allowance)
    {
        var random = new Random(seed);
        var path = folder.File(name);
        for (var i = 0; i < Inputs; i++)
        {
            var bytes = Mutation.Of(valid, random);
            File.WriteAllBytes(path, bytes);
            var before = GC.GetAllocatedBytesForCurrentThread();
            try
            {
                read(path);
            }
            catch (Exception error)
            {
                var refused = refuses?.Invoke(error) ?? (error is CheckpointException && error.Message.Contains(folder.Path, StringComparison.Ordinal));
                Assert.True(refused, $"input {i} of {name}: {error}\n{Convert.ToHexString(bytes)}");
            }

            var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            Assert.True(allocated <= 2 * bytes.Length + allowance, $"input {i} of {name}: {allocated} bytes were allocated for a file of {bytes.Length}\n{Convert.ToHexString(bytes)}");
        }
    }
}
