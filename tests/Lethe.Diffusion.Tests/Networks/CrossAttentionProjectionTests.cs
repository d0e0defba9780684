using Lethe.Diffusion.Networks;

namespace Lethe.Diffusion.Tests.Networks;

/// <summary>Adapters and replaced weights on a network small enough to run in no time; needs no golden data.</summary>
public sealed class CrossAttentionProjectionTests
{
    private static readonly UNet2DConfig Config = new()
    {
        BlockOutChannels = [8, 16],
        DownBlockTypes = [UNet2DConfig.CrossAttentionDown, UNet2DConfig.PlainDown],
        UpBlockTypes = [UNet2DConfig.PlainUp, UNet2DConfig.CrossAttentionUp],
        LayersPerBlock = 1,
        CrossAttentionWidth = 6,
        AttentionHeads = [2],
        NormGroups = 4,
    };

    [Fact]
    public void Attach_ThenDetach_LeavesNoTrace()
    {
        using var scope = torch.NewDisposeScope();
        using var noGrad = torch.no_grad();
        var (unet, sample, text) = Make();
        var before = Predict(unet, sample, text);
        var projection = unet.CrossAttentionProjections[0];

        var first = projection.Attach((states, projected) => projected + 1);
        var second = projection.Attach((states, projected) => projected * 2);
        var during = Predict(unet, sample, text);
        first.Dispose();
        second.Dispose();
        second.Dispose();

        Assert.NotEqual(before, during);
        Assert.Equal(before, Predict(unet, sample, text));
        Assert.Equal(0, projection.AdapterCount);
    }

    [Fact]
    public void WeightValue_Replaced_CountsFromTheNextForwardOn()
    {
        using var scope = torch.NewDisposeScope();
        using var noGrad = torch.no_grad();
        var (unet, sample, text) = Make();
        var before = Predict(unet, sample, text);
        var weight = unet.CrossAttentionProjections[1].Weight;
        var old = weight.Value;

        weight.Value = old * 2;
        var during = Predict(unet, sample, text);
        weight.Value = old;

        Assert.NotEqual(before, during);
        Assert.Equal(before, Predict(unet, sample, text));
    }

    [Fact]
    public void Create_SameSeed_SameWeights()
    {
        using var scope = torch.NewDisposeScope();
        using var first = UNetInit.Create(Config, new Generator(3));
        using var second = UNetInit.Create(Config, new Generator(3));

        Assert.Equal(first.Names, second.Names);
        foreach (var name in first.Names)
            Assert.Equal(first[name].data<float>().ToArray(), second[name].data<float>().ToArray());
    }

    [Fact]
    public void Create_ZeroResiduals_PredictsZero()
    {
        using var scope = torch.NewDisposeScope();
        using var noGrad = torch.no_grad();
        using var unet = new UNet2DConditionModel(Config, UNetInit.Create(Config, new Generator(3), zeroResiduals: true));

        var eps = unet.Forward(torch.randn([1, 4, 8, 8]), torch.tensor(new[] { 5L }), torch.randn([1, 3, 6]));

        Assert.Equal(0f, eps.abs().max().item<float>());
    }

    [Fact]
    public void Forward_OnePromptForABatch_EqualsRepeatingIt()
    {
        using var scope = torch.NewDisposeScope();
        using var noGrad = torch.no_grad();
        var (unet, _, text) = Make();
        var sample = torch.randn([3, 4, 8, 8], generator: new Generator(4));

        var shared = unet.Forward(sample, torch.tensor(new[] { 5L }), text);
        var repeated = unet.Forward(sample, torch.tensor(new[] { 5L, 5L, 5L }), text.expand(3, -1, -1));

        // Products of one row and of three round differently.
        TinySd.AssertRelative(repeated, shared, 1e-6, "noise");
    }

    private static (UNet2DConditionModel UNet, Tensor Sample, Tensor Text) Make()
    {
        var generator = new Generator(11);
        var unet = new UNet2DConditionModel(Config, UNetInit.Create(Config, generator));
        return (unet, torch.randn([1, 4, 8, 8], generator: generator), torch.randn([1, 3, 6], generator: generator));
    }

    private static float[] Predict(UNet2DConditionModel unet, Tensor sample, Tensor text) =>
        unet.Forward(sample, torch.tensor(new[] { 5L }), text).data<float>().ToArray();
}
