using Lethe.Diffusion.Networks;

namespace Lethe.Evaluation.Judges;

/// <summary>
/// A small residual convolution network that looks at 64 x 64 pictures: four levels, coarse position and texture features,
/// and one linear map per head. Does not own its weights.
/// </summary>
public sealed class PictureNetwork
{
    private readonly Layer[] layers;

    public PictureNetwork(PictureNetworkConfig config, StateDict weights)
    {
        Config = config;
        Weights = weights;
        layers = [.. Layout(config)];
        foreach (var (name, shape) in Shapes(config))
            weights.Require(name, shape);
    }

    public PictureNetworkConfig Config { get; }

    public StateDict Weights { get; }

    /// <summary>New weights, drawn from <paramref name="generator"/>; the caller owns them.</summary>
    public static StateDict Create(PictureNetworkConfig config, torch.Generator generator)
    {
        var weights = new StateDict { Source = "the new picture network" };
        using var noGrad = torch.no_grad();
        foreach (var (name, shape) in Shapes(config))
        {
            using var scope = torch.NewDisposeScope();
            weights.Add(name, shape switch
            {
                // He's rule for rectified layers: variance 2 / inputs.
                [_, var inputs, var height, var width] => torch.randn(shape, generator: generator).mul(Math.Sqrt(2.0 / (inputs * height * width))),
                [_, var inputs] => torch.randn(shape, generator: generator).mul(Math.Sqrt(1.0 / inputs)),
                _ when name.EndsWith("norm.weight", StringComparison.Ordinal) => torch.ones(shape),
                _ => torch.zeros(shape),
            });
        }

        return weights;
    }

    /// <summary>Pictures <c>[B, 3, 64, 64]</c> in [-1, 1] to features <c>[B, F]</c>: what is where, and how rough the texture is.</summary>
    public Tensor Features(Tensor pictures)
    {
        using var scope = torch.NewDisposeScope();
        var hidden = pictures;
        var texture = new List<Tensor>();
        foreach (var layer in layers)
        {
            hidden = Next(layer, hidden);
            if (layer.Texture)
                texture.Add(Deviation(hidden));
        }

        var places = torch.nn.functional.adaptive_avg_pool2d(hidden, [Config.Places, Config.Places]).flatten(1);
        return torch.cat([places, .. texture], 1).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// Pictures <c>[B, 3, 64, 64]</c> in [-1, 1] to what each level sees, fine to coarse:
    /// <c>[B, C, 32, 32]</c> to <c>[B, C, 4, 4]</c>; the caller disposes them.
    /// </summary>
    public IReadOnlyList<Tensor> Maps(Tensor pictures)
    {
        using var scope = torch.NewDisposeScope();
        var hidden = pictures;
        var maps = new List<Tensor>();
        foreach (var layer in layers)
        {
            hidden = Next(layer, hidden);
            if (layer.Texture || layer == layers[^1])
                maps.Add(hidden.MoveToOuterDisposeScope());
        }
        return maps;
    }

    /// <summary>Pictures <c>[B, 3, 64, 64]</c> in [-1, 1] to the last level's mean over the picture, <c>[B, Top]</c>; the caller disposes it.</summary>
    public Tensor Summary(Tensor pictures)
    {
        using var scope = torch.NewDisposeScope();
        var hidden = pictures;
        foreach (var layer in layers)
            hidden = Next(layer, hidden);
        return hidden.mean([2, 3]).MoveToOuterDisposeScope();
    }

    /// <summary>Features <c>[B, F]</c> to the outputs of one head, <c>[B, width]</c>.</summary>
    public Tensor Head(string head, Tensor features) =>
        torch.nn.functional.linear(features, Weights[$"{head}.weight"], Weights[$"{head}.bias"]);

    private Tensor Next(Layer layer, Tensor input)
    {
        var output = Forward(layer, input);
        return layer.Residual ? input.add(output) : output;
    }

    private Tensor Forward(Layer layer, Tensor input)
    {
        using var scope = torch.NewDisposeScope();
        var convolved = torch.nn.functional.conv2d(
            input, Weights[$"{layer.Name}.conv.weight"], null, [layer.Stride, layer.Stride], [1, 1]);
        var normed = torch.nn.functional.group_norm(
            convolved, layer.Outputs / PictureNetworkConfig.GroupSize, Weights[$"{layer.Name}.norm.weight"], Weights[$"{layer.Name}.norm.bias"]);
        return torch.nn.functional.relu(normed).MoveToOuterDisposeScope();
    }

    private static Tensor Deviation(Tensor hidden)
    {
        using var scope = torch.NewDisposeScope();
        var centred = hidden.sub(hidden.mean([2, 3], keepdim: true));
        return centred.square().mean([2, 3]).add(1e-5).sqrt().MoveToOuterDisposeScope();
    }

    private static IEnumerable<Layer> Layout(PictureNetworkConfig config)
    {
        var width = config.Width;
        yield return new("stem", 3, width / 2, 2, Residual: false, Texture: true);
        yield return new("low", width / 2, width, 2, Residual: false, Texture: false);
        yield return new("low_residual", width, width, 1, Residual: true, Texture: true);
        yield return new("middle", width, 2 * width, 2, Residual: false, Texture: false);
        yield return new("middle_residual", 2 * width, 2 * width, 1, Residual: true, Texture: true);
        yield return new("high", 2 * width, config.Top, 2, Residual: false, Texture: false);
        yield return new("high_residual", config.Top, config.Top, 1, Residual: true, Texture: false);
    }

    private static IEnumerable<(string Name, long[] Shape)> Shapes(PictureNetworkConfig config)
    {
        long features = 0;
        foreach (var layer in Layout(config))
        {
            yield return ($"{layer.Name}.conv.weight", [layer.Outputs, layer.Inputs, 3, 3]);
            yield return ($"{layer.Name}.norm.weight", [layer.Outputs]);
            yield return ($"{layer.Name}.norm.bias", [layer.Outputs]);
            features += layer.Texture ? layer.Outputs : 0;
        }

        features += (long)config.Places * config.Places * config.Top;
        foreach (var (head, width) in config.Heads.OrderBy(head => head.Key, StringComparer.Ordinal))
        {
            yield return ($"{head}.weight", [width, features]);
            yield return ($"{head}.bias", [width]);
        }
    }

    private sealed record Layer(string Name, long Inputs, long Outputs, long Stride, bool Residual, bool Texture);
}
