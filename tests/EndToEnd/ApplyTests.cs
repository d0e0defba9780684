using System.Text.Json;

namespace Lethe.EndToEnd;

public sealed class ApplyTests : IDisposable
{
    private readonly Studio _studio = new();

    public void Dispose() => _studio.Dispose();

    [Fact]
    public async Task Apply_Twice_GivesEqualBytes()
    {
        var first = await Apply("one");
        var second = await Apply("two");

        Assert.True(first.ExitCode == 0, first.Error);
        Assert.True(second.ExitCode == 0, second.Error);
        SameFiles("one", "two");
    }

    [Fact]
    public async Task Apply_ToTheEnd_LeavesEverythingThatWasPromised()
    {
        var result = await Apply("run");

        Assert.True(result.ExitCode == 0, result.Error);
        Assert.Equal(_studio.In("run"), result.Out.Trim());
        var files = _studio.Files("run").Keys;
        foreach (var name in new[] { "plan.json", "scores.json", "metrics.json", "gates.json", "report.json", "report.html", "manifest.json" })
            Assert.Contains(name, files);
        Assert.Contains(files, file => file.StartsWith("edits", StringComparison.Ordinal));
        Assert.Contains(Path.Combine("model", "unet", "diffusion_pytorch_model.safetensors"), files);
        Assert.DoesNotContain(files, file => file.Contains(".part", StringComparison.Ordinal) || file.StartsWith("work", StringComparison.Ordinal) || file == "run.lock");
        Assert.DoesNotContain("src=\"http", File.ReadAllText(_studio.In("run/report.html")));
    }

    [Fact]
    public async Task Apply_DrawingInBfloat16_ErasesAsInSinglePrecision()
    {
        await Apply("single");
        File.WriteAllText(_studio.In("policy.yaml"), Studio.Policy + "\n  dtype: bfloat16\n");

        var result = await Apply("half");

        if (result.ExitCode == 2)
        {
            Assert.Contains("times as long as `float32`", Assert.Single(result.Errors));
            Assert.False(Path.Exists(_studio.In("half")));
            return;
        }

        Assert.True(result.ExitCode == 0, result.Error);
        var (single, half) = (_studio.Files("single"), _studio.Files("half"));
        var edit = Assert.Single(half.Keys, name => name.StartsWith("edits", StringComparison.Ordinal) && name.EndsWith(".safetensors", StringComparison.Ordinal));
        Assert.Equal(single[edit], half[edit]);
        Assert.Contains("\"dtype\": \"bfloat16\"", File.ReadAllText(_studio.In("half/plan.json")));
        Assert.Contains(half.Keys, name => name.EndsWith(".png", StringComparison.Ordinal) && !half[name].AsSpan().SequenceEqual(single[name]));
    }

    [Fact]
    public async Task Apply_SanitizedModel_KeepsUntouchedFilesAndChangesOnlyWhatTheEditNames()
    {
        await Apply("run");

        Assert.Equal(File.ReadAllBytes(_studio.In("model/tokenizer/vocab.json")), File.ReadAllBytes(_studio.In("run/model/tokenizer/vocab.json")));
        using var before = Lethe.Diffusion.Checkpoints.SafetensorsFile.Open(TinyModel.DenoiserFile(_studio.In("model")));
        using var after = Lethe.Diffusion.Checkpoints.SafetensorsFile.Open(TinyModel.DenoiserFile(_studio.In("run/model")));
        Assert.Equal(before.Entries.Keys, after.Entries.Keys);
        Assert.Equal(before.Entries.Values.Select(entry => entry.StoredType), after.Entries.Values.Select(entry => entry.StoredType));
        var changed = before.Entries.Keys.Where(name =>
        {
            using var old = before.Read(name);
            using var now = after.Read(name);
            return !old.bytes.SequenceEqual(now.bytes);
        }).ToList();
        Assert.NotEmpty(changed);
        Assert.All(changed, name => Assert.Contains("attn2.to_", name));
        Assert.Equal("tiny", after.Metadata["lethe.policy"]);
    }

    [Fact]
    public async Task Apply_DryRun_PrintsThePlanAndWritesNothing()
    {
        var before = Directory.GetFileSystemEntries(_studio.Root).Order().ToList();

        var result = await LetheProcess.RunAsync(_studio.Root, "apply", "policy.yaml", "--dry-run", "--output", "run");

        Assert.True(result.ExitCode == 0, result.Error);
        using var plan = JsonDocument.Parse(result.Out);
        Assert.Equal("tiny", plan.RootElement.GetProperty("policy").GetString());
        Assert.Equal(before, Directory.GetFileSystemEntries(_studio.Root).Order().ToList());
    }

    [Fact]
    public async Task Apply_PolicyFromAPipe_IsReadOnce()
    {
        if (OperatingSystem.IsWindows())
            return;

        var result = await LetheProcess.RunWithInputAsync(_studio.Root, Studio.Policy, "apply", "/dev/stdin", "--output", "run");
        var wrong = await LetheProcess.RunWithInputAsync(_studio.Root, "version: 1\nnam: x\n", "apply", "/dev/stdin", "--output", "other");

        Assert.True(result.ExitCode == 0, result.Error);
        using var report = JsonDocument.Parse(File.ReadAllText(_studio.In("run/report.json")));
        Assert.Equal(Studio.Policy, report.RootElement.GetProperty("policy_text").GetString());
        Assert.Equal(2, wrong.ExitCode);
        Assert.Contains("/dev/stdin:2", wrong.Error);
    }

    [Fact]
    public async Task Apply_OtherPlanInFolder_IsRefusedUntilForced()
    {
        await Apply("run");
        File.AppendAllText(_studio.In("policy.yaml"), "\n# another file\n");
        var comment = await Apply("run");
        File.WriteAllText(_studio.In("policy.yaml"), Studio.Policy.Replace("seed: 5", "seed: 6", StringComparison.Ordinal));

        var refused = await Apply("run");
        var forced = await Apply("run", "--force");

        Assert.Equal(2, comment.ExitCode);
        Assert.Contains("the policy's text, though not what it asks for", comment.Error);
        Assert.Equal(2, refused.ExitCode);
        Assert.Contains("seed was 5 and is 6", refused.Error);
        Assert.Contains("--force", refused.Error);
        Assert.Single(refused.Errors);
        Assert.True(forced.ExitCode == 0, forced.Error);
    }

    [Fact]
    public async Task Apply_FolderWithOtherFiles_IsNeverTouched()
    {
        Directory.CreateDirectory(_studio.In("run"));
        File.WriteAllText(_studio.In("run/thesis.txt"), "precious");

        var result = await Apply("run", "--force");

        Assert.Equal(2, result.ExitCode);
        Assert.Equal(["thesis.txt"], _studio.Files("run").Keys);
    }

    [Fact]
    public async Task Apply_FolderInUse_IsRefused()
    {
        Assert.Equal(0, (await Apply("run")).ExitCode);
        // What a run holds while it works; to wait for the right moment of a real one would be a race.
        using var held = new FileStream(_studio.In("run/run.lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);

        var second = await Apply("run");

        Assert.Equal(1, second.ExitCode);
        Assert.Contains("another process", second.Error);
    }

    [Fact]
    public async Task Apply_ImpossibleGate_EndsWithFourAndWritesTheReport()
    {
        File.AppendAllText(_studio.In("policy.yaml"), "\ngates:\n  acc-e-max: 5\n");

        var result = await Apply("run");

        Assert.Equal(4, result.ExitCode);
        Assert.Contains("acc_e", Assert.Single(result.Errors));
        Assert.Contains("report.html", _studio.Files("run").Keys);
    }

    [Theory]
    [Trait("Category", "Slow")]
    [InlineData(1)]
    [InlineData(9)]
    [InlineData(26)]
    [InlineData(45)]
    [InlineData(58)]
    public async Task Apply_KilledThenRepeated_EqualsAnUndisturbedRun(int lines)
    {
        await Apply("whole");

        var killed = await KillAt(lines);
        var resumed = await Apply("run");

        Assert.True(resumed.ExitCode == 0, resumed.Error);
        Assert.True(!killed || resumed.Error.Contains("continuing", StringComparison.Ordinal), resumed.Error);
        SameFiles("whole", "run");
    }

    [Fact]
    [Trait("Category", "Slow")]
    public async Task Apply_KilledUpToTwentyTimes_EqualsAnUndisturbedRun()
    {
        await Apply("whole");
        var (random, kills) = (new Random(20), 0);

        // A few events further each time. A fast machine may reach the end before the twentieth; the files must be the same all the more.
        for (var lines = 1; kills < 20 && await KillAt(lines); kills++)
            lines = Events() + random.Next(1, 5);
        var resumed = await Apply("run");

        Assert.True(resumed.ExitCode == 0, resumed.Error);
        SameFiles("whole", "run");
    }

    private int Events() => File.ReadLines(_studio.In("run/events.jsonl")).Count();

    private Task<bool> KillAt(int lines) =>
        LetheProcess.KillAtAsync(_studio.Root, _studio.In("run/events.jsonl"), lines, "apply", "policy.yaml", "--output", "run");

    private Task<LetheResult> Apply(string output, params string[] more) =>
        LetheProcess.RunAsync(_studio.Root, ["apply", "policy.yaml", "--output", output, .. more]);

    private void SameFiles(string one, string two)
    {
        var (first, second) = (_studio.Files(one), _studio.Files(two));
        Assert.Equal(first.Keys, second.Keys);
        foreach (var (name, bytes) in first)
            Assert.True(bytes.AsSpan().SequenceEqual(second[name]), $"`{name}` differs");
    }
}
