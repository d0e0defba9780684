using Lethe.Training.Runs;

namespace Lethe.Training.Stages;

/// <summary>Random changes of pictures <c>[B, 3, H, W]</c> in [-1, 1] on white; each picture is changed on its own.</summary>
public static class Augmentation
{
    /// <summary>
    /// Moves, scales and mirrors. Rows and columns are resampled by one small matrix each, with bilinear weights;
    /// what comes from outside is white.
    /// </summary>
    /// <param name="pictures">Pictures; not disposed.</param>
    /// <param name="random">Source of all choices.</param>
    /// <param name="shift">Largest move in pixels; whole pixels, so that a move alone does not blur.</param>
    /// <param name="scale">Largest relative change of size.</param>
    /// <param name="mirror">Chance of a left-right flip.</param>
    public static Tensor Place(Tensor pictures, StepRandom random, int shift, double scale, double mirror)
    {
        using var scope = torch.NewDisposeScope();
        var (batch, height, width) = (pictures.size(0), pictures.size(2), pictures.size(3));
        var zoom = random.Uniform(1 - scale, 1 + scale, batch, 1);
        var flip = random.Chance(mirror, batch, 1).mul(-2.0).add(1.0);
        var rows = Resampler(height, zoom, random.Uniform(-shift, shift + 1, batch, 1).floor());
        var columns = Resampler(width, zoom.mul(flip), random.Uniform(-shift, shift + 1, batch, 1).floor());
        var ink = pictures.sub(1.0);
        return torch.matmul(torch.matmul(rows.unsqueeze(1), ink), columns.unsqueeze(1).transpose(2, 3)).add(1.0).MoveToOuterDisposeScope();
    }

    /// <summary>Turns the hue about the grey axis by up to <paramref name="angle"/> radians; white, grey and black stay.</summary>
    public static Tensor Hue(Tensor pictures, StepRandom random, double angle, double chance)
    {
        using var scope = torch.NewDisposeScope();
        var batch = pictures.size(0);
        var turn = random.Uniform(-angle, angle, batch, 1, 1).mul(random.Chance(chance, batch, 1, 1));
        // Rodrigues' formula for the axis (1, 1, 1) / sqrt(3).
        var (cos, sin) = (turn.cos(), turn.sin().div(Math.Sqrt(3)));
        var third = torch.full([1, 3, 3], 1.0 / 3, dtype: torch.float32);
        var cross = torch.tensor(new float[] { 0, -1, 1, 1, 0, -1, -1, 1, 0 }).reshape(1, 3, 3);
        var rotation = torch.eye(3).unsqueeze(0).mul(cos).add(third.mul(cos.neg().add(1.0))).add(cross.mul(sin));
        return torch.matmul(rotation, pictures.reshape(batch, 3, -1)).reshape(pictures.shape).clamp(-1.0, 1.0).MoveToOuterDisposeScope();
    }

    /// <summary>Changes contrast towards white and brightness, and adds noise of a random strength.</summary>
    public static Tensor Tone(Tensor pictures, StepRandom random, double contrast, double brightness, double noise)
    {
        using var scope = torch.NewDisposeScope();
        var batch = pictures.size(0);
        var gain = random.Normal(batch, 3, 1, 1).mul(contrast).add(1.0);
        var offset = random.Normal(batch, 1, 1, 1).mul(brightness);
        var grain = random.Normal(pictures.shape).mul(random.Uniform(0, noise, batch, 1, 1, 1));
        return pictures.sub(1.0).mul(gain).add(1.0).add(offset).add(grain).clamp(-1.0, 1.0).MoveToOuterDisposeScope();
    }

    /// <summary>Mixes each picture with its own small version, which takes away detail as a weak autoencoder does.</summary>
    public static Tensor Blur(Tensor pictures, StepRandom random, double chance)
    {
        using var scope = torch.NewDisposeScope();
        var small = torch.nn.functional.avg_pool2d(pictures, 2);
        var soft = torch.nn.functional.interpolate(
            small, size: [pictures.size(2), pictures.size(3)], mode: torch.InterpolationMode.Bilinear, align_corners: false);
        var share = random.Uniform(0.3, 1, pictures.size(0), 1, 1, 1).mul(random.Chance(chance, pictures.size(0), 1, 1, 1));
        return pictures.add(soft.sub(pictures).mul(share)).MoveToOuterDisposeScope();
    }

    /// <summary>Row i holds the bilinear weights of the sources of target pixel i: <c>[B, size, size]</c>.</summary>
    private static Tensor Resampler(long size, Tensor zoom, Tensor move)
    {
        using var scope = torch.NewDisposeScope();
        var middle = (size - 1) / 2.0;
        var targets = torch.arange(size, dtype: torch.float32).sub(middle).unsqueeze(0);
        var sources = targets.mul(zoom).add(middle).add(move);
        var distance = sources.unsqueeze(2).sub(torch.arange(size, dtype: torch.float32).reshape(1, 1, size)).abs();
        return distance.neg().add(1.0).clamp_min(0.0).MoveToOuterDisposeScope();
    }
}
