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

    /// <summary>Moves, scales, stretches, turns and mirrors; what comes from outside is white. Some pictures only move by whole pixels and stay sharp.</summary>
    /// <param name="pictures">Pictures; not disposed.</param>
    /// <param name="random">Source of all choices.</param>
    /// <param name="shift">Largest move in pixels.</param>
    /// <param name="scale">Largest relative change of size, and half the largest of one side alone.</param>
    /// <param name="angle">Largest turn in radians.</param>
    /// <param name="chance">Share of the pictures that are scaled and turned.</param>
    public static Tensor Turn(Tensor pictures, StepRandom random, int shift, double scale, double angle, double chance)
    {
        using var scope = torch.NewDisposeScope();
        var batch = pictures.size(0);
        var changed = random.Chance(chance, batch);
        var zoom = random.Uniform(-scale, scale, batch).mul(changed).add(1.0);
        var stretch = random.Uniform(-scale / 2, scale / 2, batch).mul(changed).add(1.0);
        var turn = random.Uniform(-angle, angle, batch).mul(changed);
        var flip = random.Chance(0.5, batch).mul(-2.0).add(1.0);
        var (right, down) = (Move(), Move());
        var (cos, sin) = (turn.cos().mul(zoom), turn.sin().mul(zoom));
        var theta = torch.stack([cos.mul(stretch).mul(flip), sin.neg(), right, sin.mul(flip), cos.div(stretch), down], 1).reshape(batch, 2, 3);
        var grid = torch.nn.functional.affine_grid(theta, pictures.shape);
        return torch.nn.functional.grid_sample(pictures.sub(1.0), grid).add(1.0).MoveToOuterDisposeScope();

        Tensor Move() => random.Uniform(-shift, shift + 1, batch).floor().mul(2.0 / pictures.size(2));
    }

    /// <summary>Takes the colour out of some pictures: grey, or down to faint or heavy ink on white.</summary>
    /// <param name="pictures">Pictures; not disposed.</param>
    /// <param name="random">Source of all choices.</param>
    /// <param name="which">1 for the pictures to change, else 0, <c>[B, 1, 1, 1]</c>; not disposed.</param>
    public static Tensor Ink(Tensor pictures, StepRandom random, Tensor which)
    {
        using var scope = torch.NewDisposeScope();
        var batch = pictures.size(0);
        var faint = random.Uniform(0, 0.6, batch, 1, 1, 1);
        var gain = random.Uniform(1, 5, batch, 1, 1, 1);
        var ink = pictures.mean([1], keepdim: true).neg().add(1.0).sub(faint).clamp_min(0.0).mul(gain);
        var grey = ink.neg().add(1.0).clamp(-1.0, 1.0);
        return pictures.add(grey.sub(pictures).mul(which)).MoveToOuterDisposeScope();
    }

    /// <summary>Turns some pictures into line drawings: black where neighbouring pixels differ, white elsewhere.</summary>
    /// <param name="pictures">Pictures; not disposed.</param>
    /// <param name="random">Source of all choices.</param>
    /// <param name="which">1 for the pictures to change, else 0, <c>[B, 1, 1, 1]</c>; not disposed.</param>
    public static Tensor Outline(Tensor pictures, StepRandom random, Tensor which)
    {
        using var scope = torch.NewDisposeScope();
        var gain = random.Uniform(2, 8, pictures.size(0), 1, 1, 1);
        var steps = Step(2).add(Step(3)).mean([1], keepdim: true);
        var lines = steps.sub(0.03).clamp_min(0.0).mul(gain).neg().add(1.0).clamp(-1.0, 1.0);
        return pictures.add(lines.sub(pictures).mul(which)).MoveToOuterDisposeScope();

        // To the next pixel, and over the edge none.
        Tensor Step(int dim)
        {
            var size = pictures.size(dim);
            var step = pictures.narrow(dim, 1, size - 1).sub(pictures.narrow(dim, 0, size - 1)).abs();
            return torch.cat([step, torch.zeros_like(pictures.narrow(dim, 0, 1))], dim);
        }
    }

    /// <summary>Whites out a rectangle of <paramref name="least"/> to <paramref name="most"/> pixels a side in some pictures.</summary>
    public static Tensor Cut(Tensor pictures, StepRandom random, double least, double most, double chance)
    {
        using var scope = torch.NewDisposeScope();
        var batch = pictures.size(0);
        var hole = Band(pictures.size(2)).unsqueeze(2).mul(Band(pictures.size(3)).unsqueeze(1)).unsqueeze(1).mul(random.Chance(chance, batch, 1, 1, 1));
        return pictures.add(pictures.neg().add(1.0).mul(hole)).MoveToOuterDisposeScope();

        Tensor Band(long size)
        {
            var (middle, half) = (random.Uniform(0, size, batch, 1), random.Uniform(least / 2, most / 2, batch, 1));
            return torch.arange(size, dtype: torch.float32).unsqueeze(0).sub(middle).abs().lt(half).to(torch.float32);
        }
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

    /// <summary>Mixes each picture with its own version at a <paramref name="width"/>th of the size, which takes away detail as a weak autoencoder does.</summary>
    public static Tensor Blur(Tensor pictures, StepRandom random, double chance, int width = 2)
    {
        using var scope = torch.NewDisposeScope();
        var small = torch.nn.functional.avg_pool2d(pictures, width);
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
