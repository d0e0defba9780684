using Lethe.Sdk.Diffusion;
using Lethe.Sdk.Losses;
using Lethe.Sdk.Training;

namespace Lethe.Plugins.AdvPreserve;

/// <summary>
/// The two losses of Bui, Vuong, Doan, Le, Montague, Abraham, Phung, <i>Erasing Undesirable Concepts in Diffusion Models with Adversarial
/// Preservation</i> (NeurIPS 2024): the weights minimise, and the search over concepts maximises,
/// <code>
/// L1 + lambda L2,   L1 = | e'(c_e) - e(c_n) |^2,   L2 = | e'(c_a) - e(c_a) |^2
/// </code>
/// with e' the trained and e the frozen network, c_e what is erased, c_n the empty prompt, c_a the adversarial concept. Norms are means over
/// all elements. The authors' program differs in three ways, each of which is a setting: c_e goes to <c>e(c_n) - ng [e(c_e) - e(c_n)]</c> with
/// ng = 1; predicted pictures are compared, <c>x0 = (z - sqrt(1 - a) e) / sqrt(a)</c>, which is the same loss times <c>(1 - a) / a</c> because z
/// cancels; L2 has pictures of c_a, from the same noise. Deviations: none.
/// </summary>
/// <param name="pair">The network in training and the frozen one; not disposed.</param>
/// <param name="sampler">DDIM.</param>
/// <param name="settings">How.</param>
/// <param name="empty"><c>[1, L, D]</c>: c_n.</param>
internal sealed class PreservationObjective(StudentTeacher pair, PartialSampler sampler, AdvPreserveSettings settings, Tensor empty)
{
    /// <summary>
    /// Partly denoised pictures, drawn by the network in training, for several prompts from the same noise and in one batch.
    /// </summary>
    /// <param name="draw">Noise and level.</param>
    /// <param name="prompts"><c>[1, L, D]</c> each.</param>
    /// <param name="cancel">Heard between sampling steps.</param>
    /// <returns><c>[B, C, h, w]</c> for each prompt.</returns>
    public Tensor[] Sample(TrainingDraw draw, IReadOnlyList<Tensor> prompts, CancellationToken cancel)
    {
        var (first, count) = StepsOf(draw.Level.Bucket, settings.SamplingSteps, settings.StopRule);
        var batch = draw.Noise.shape[0];
        return sampler.Run(
            pair.Student, torch.cat([.. prompts.Select(_ => draw.Noise)]), torch.cat([.. prompts.Select(prompt => prompt.detach().expand(batch, -1, -1))]),
            empty, settings.Options.StartGuidance, first, count, cancel).chunk(prompts.Count);
    }

    /// <summary>L1 and L2 with gradients to the trained parameters, both as one batch.</summary>
    public (Tensor Erase, Tensor Keep) Losses(TrainingDraw draw, Tensor adversarial, Tensor latents, Tensor keptLatents)
    {
        var erase = new NoiseTerm(draw.Prompt, NoiseCombination.AwayFrom(empty, draw.Prompt, empty, settings.NegativeGuidance), latents);
        var losses = NoiseAlignment.Between(pair.Student, pair.Teacher, [erase, Unchanged(adversarial, keptLatents)], draw.Timesteps);
        return (Weight(draw) * losses[0], Weight(draw) * losses[1]);
    }

    /// <summary>
    /// L2 alone with gradients to the trained parameters and to c_a, through the trained network only: the frozen side and the pictures count
    /// as given, as in the authors' program.
    /// </summary>
    public Tensor Keep(TrainingDraw draw, Tensor adversarial, Tensor latents) =>
        Weight(draw) * NoiseAlignment.Between(pair.Student, pair.Teacher, [Unchanged(adversarial, latents)], draw.Timesteps)[0];

    /// <summary><c>(1 - a) / a</c> at the level's grid point when pictures are compared, 1 when noise is.</summary>
    public double Weight(TrainingDraw draw) => settings.Space == LossSpace.Noise ? 1 : PictureWeight(sampler.LeftAt(sampler.TimestepOf(draw.Level.Bucket)));

    /// <summary>What a squared difference of noise is worth as one of pictures.</summary>
    public static double PictureWeight(double left) => (1 - left) / left;

    /// <summary>
    /// First step and number of steps for grid point k of N. Aligned: until the picture is at k. Reference: the program leaves out the noisiest grid
    /// point and stops after the step of grid point k - 1, and never early for k of 0 and 1.
    /// </summary>
    public static (int First, int Count) StepsOf(int k, int steps, StopRule rule) => rule == StopRule.Aligned
        ? (0, steps - 1 - k)
        : (1, k <= 1 ? steps - 1 : steps - k);

    private static NoiseTerm Unchanged(Tensor concept, Tensor latents) => new(concept, NoiseCombination.Of(concept.detach()), latents);
}
