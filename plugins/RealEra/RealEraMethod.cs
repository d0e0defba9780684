using Lethe.Sdk.Erasers;

namespace Lethe.Plugins.RealEra;

/// <summary>
/// The mathematics of "RealEra: Semantic-level Concept Erasure via Neighbor-Concept Mining" (arXiv 2410.09140); no program was published.
/// Erasing a word leaves the concept in the words around it, so random points around its text states are erased with it (neighbours, Eq. 4 to 6)
/// and random points farther away are kept (beyond-concept regularisation, Algorithm 1); first by least squares on keys and values (Eq. 7), then
/// by aligning the predicted noise through low-rank factors (Eq. 8 and 9). The README lists the gaps of the paper and how each is filled.
/// </summary>
internal static class RealEraMethod
{
    private const int MostTries = 1000;

    // The ridge never falls below this, lest the rows of few prompts leave directions without any pull.
    private const double LeastRidge = 1;

    /// <summary>A random step away from e.</summary>
    /// <param name="Eta"><c>eta = r u [k, m]</c>.</param>
    /// <param name="Direction"><c>u = (v - e) / |v - e| [k, m]</c>.</param>
    /// <param name="Share"><c>q = r / |v - e| [k, 1]</c>: e + eta = (1 - q) e + q v.</param>
    /// <param name="Distance"><c>|v - e| [k, 1]</c>.</param>
    public sealed record Perturbation(Tensor Eta, Tensor Direction, Tensor Share, Tensor Distance);

    /// <summary>The rows of the closed form, and what the law of contraction needs of them.</summary>
    /// <param name="Blocks">E with E*, and Pre.</param>
    /// <param name="Pull"><c>n sum_M q (q - q')</c>.</param>
    /// <param name="Spread"><c>n sum_M q^2 + lambda n sum_N q_f^2</c>.</param>
    public sealed record Sets(IReadOnlyList<RowBlock> Blocks, double Pull, double Spread);

    /// <summary>
    /// Eq. 4 to 6: <c>v ~ N(0, I)</c>, <c>u = (v - e) / |v - e|</c>, <c>r ~ U[from, to) |e|</c>, <c>eta = r u</c>, drawn again until the cosine of e and
    /// e + eta is accepted. Deviation: Eq. 6 sets a rejected eta to zero, which only adds copies of e; Algorithm 1 draws again, and so does this.
    /// </summary>
    /// <param name="e"><c>[k, m]</c>: k points that are moved and judged independently.</param>
    /// <param name="from">Least radius, as a share of |e|.</param>
    /// <param name="to">Radius that is not reached, as a share of |e|.</param>
    /// <param name="accepts">Which cosines <c>[k, 1]</c> will do.</param>
    /// <param name="generator">Source of v and r.</param>
    /// <exception cref="InvalidOperationException">A thousand draws were in vain.</exception>
    public static Perturbation Perturb(Tensor e, double from, double to, Func<Tensor, Tensor> accepts, torch.Generator generator)
    {
        var norm = e.norm(1, keepdim: true);
        Perturbation? drawn = null;
        Tensor? missing = null;
        for (var tries = 0; tries < MostTries; tries++)
        {
            var away = torch.randn(e.shape, e.dtype, generator: generator).to(e.device) - e;
            var distance = away.norm(1, keepdim: true);
            var u = away / distance;
            var r = Uniform(e, from, to, generator) * norm;
            var eta = r * u;
            var moved = e + eta;
            var accepted = accepts((e * moved).sum(1, keepdim: true) / (norm * moved.norm(1, keepdim: true)));

            var fresh = new Perturbation(eta, u, r / distance, distance);
            drawn = drawn is null ? fresh : Where(missing!, fresh, drawn);
            missing = missing is null ? accepted.logical_not() : missing.logical_and(accepted.logical_not());
            if (!missing.any().item<bool>())
                return drawn;
        }

        throw new InvalidOperationException(
            $"{MostTries} random points at radius {from:0.###} to {to:0.###} were all rejected by `min-cosine` and `max-cosine`; the README has the relation of the two");
    }

    /// <summary>A neighbour: <c>|eta| &lt; D1</c> and <c>S2 &lt;= cos &lt;= S1</c>.</summary>
    public static Perturbation Neighbour(Tensor e, Neighbourhood limits, torch.Generator generator) =>
        Perturb(e, 0, limits.Radius, cosine => cosine.ge(limits.MinCosine).logical_and(cosine.le(limits.MaxCosine)), generator);

    /// <summary>
    /// A far point: <c>D1 &lt;= |eta| &lt; D2</c> and <c>cos &lt; S2</c>. Deviation: the printed loop ends after its first try and takes the radius of the
    /// last neighbour; here it runs until a point is found, with a radius of its own.
    /// </summary>
    public static Perturbation FarPoint(Tensor e, Neighbourhood limits, torch.Generator generator) =>
        Perturb(e, limits.Radius, limits.FarRadius, cosine => cosine.lt(limits.MinCosine), generator);

    /// <summary>
    /// Algorithm 1, lines 1 to 24, for one prompt: E = {e} and M neighbours, E* = {e*} and M anchors softened along the same directions, Pre = N far
    /// points with weight lambda. Paired index by index.
    /// </summary>
    /// <param name="pair">X and X*; must outlive the sets.</param>
    /// <param name="settings">M, N, lambda, limits.</param>
    /// <param name="generator">Source of the points.</param>
    public static Sets Collect(PromptPair pair, RealEraSettings settings, torch.Generator generator)
    {
        var (concept, anchor, last) = (pair.Concept, pair.Becomes, pair.Rows.Last - pair.Rows.First);
        var (e, n) = (Points(concept, last, settings.Noise), concept.shape[0]);
        var limits = settings.LimitsAt(e);
        var blocks = new List<RowBlock> { new() { Inputs = concept, Targets = anchor } };
        double pull = 0, spread = 0;
        for (var i = 0; i < settings.Neighbours; i++)
        {
            var neighbour = Neighbour(e, limits, generator);
            var softened = Uniform(e, 0, limits.AnchorRadius, generator) * e.norm(1, keepdim: true);
            blocks.Add(new RowBlock
            {
                Inputs = concept + Spread(neighbour.Eta, concept),
                Targets = anchor + Spread(softened * neighbour.Direction, concept),
            });
            pull += n * Mean(neighbour.Share * (neighbour.Share - softened / neighbour.Distance));
            spread += n * Mean(neighbour.Share.square());
        }

        for (var i = 0; i < settings.FarPoints; i++)
        {
            var far = FarPoint(e, limits, generator);
            blocks.Add(new RowBlock { Inputs = concept + Spread(far.Eta, concept), Weight = settings.BeyondWeight });
            spread += n * settings.BeyondWeight * Mean(far.Share.square());
        }

        return new Sets(blocks, pull, spread);
    }

    /// <summary>
    /// mu of <c>sum_E |W e - W0 e*|^2 + lambda sum_Pre |W e - W0 e|^2 + mu |W - W0|^2</c>, Eq. 7 with the ridge that the paper leaves out. Neighbours carry
    /// random noise of which their anchors carry less, so the solution scales every unrelated direction by <c>1 - kappa</c>,
    /// <c>kappa = n sum_M q (q - q') / (mu + n sum_M q^2 + lambda n sum_N q_f^2)</c>. Unless it is given, mu is chosen for a kappa.
    /// </summary>
    public static double Ridge(IReadOnlyList<Sets> sets, RealEraSettings settings)
    {
        if (settings.Ridge is { } given)
            return given;
        // One shared vector spans one direction, not all: there the law says nothing.
        return settings.Noise == NoiseShape.Shared
            ? LeastRidge
            : Math.Max(LeastRidge, sets.Sum(set => set.Pull) / settings.Contraction - sets.Sum(set => set.Spread));
    }

    /// <summary>kappa at a ridge.</summary>
    public static double Contraction(IReadOnlyList<Sets> sets, double ridge)
    {
        var below = ridge + sets.Sum(set => set.Spread);
        return below > 0 ? sets.Sum(set => set.Pull) / below : 0;
    }

    /// <summary>One term of a training step: <c>Weight |student(z, t, States) - teacher(z, t, Wanted)|^2</c>.</summary>
    /// <param name="Name">Under which the value is reported.</param>
    /// <param name="Weight">gamma.</param>
    /// <param name="States"><c>[1, L, D]</c>.</param>
    /// <param name="Wanted"><c>[1, L, D]</c>.</param>
    public sealed record NoiseTerm(string Name, double Weight, Tensor States, Tensor Wanted);

    /// <summary>
    /// Odd steps (Eq. 8) send the concept's noise to the anchor's. Even steps (Eq. 9) send that of a fresh neighbour there and keep that of a fresh far
    /// point. Deviation: gamma1 = 0.3 and gamma2 = 0.7, which the paper names without a place, weigh the two terms; Eq. 9 prints no weights. Without
    /// neighbours and far points every step is odd.
    /// </summary>
    /// <param name="step">From 1.</param>
    /// <param name="pair">p and p*.</param>
    /// <param name="settings">gamma, limits, what is switched on.</param>
    /// <param name="generator">Source of the points.</param>
    public static IReadOnlyList<NoiseTerm> Terms(int step, PromptPair pair, RealEraSettings settings, torch.Generator generator)
    {
        var even = step % 2 == 0 && settings.Neighbours + settings.FarPoints > 0;
        if (!even)
            return [new NoiseTerm("concept", 1, pair.Target, pair.Anchor)];

        var terms = new List<NoiseTerm>();
        if (settings.Neighbours > 0)
            terms.Add(new NoiseTerm("neighbour", settings.NeighbourLoss, Moved(pair, settings, generator, Neighbour), pair.Anchor));
        if (settings.FarPoints > 0)
        {
            var far = Moved(pair, settings, generator, FarPoint);
            terms.Add(new NoiseTerm("beyond", settings.BeyondLoss, far, far));
        }

        return terms;
    }

    /// <summary>The states of p with every row from the concept on moved; the rows before it stay as they are, bit for bit.</summary>
    public static Tensor Moved(
        PromptPair pair, RealEraSettings settings, torch.Generator generator, Func<Tensor, Neighbourhood, torch.Generator, Perturbation> draw)
    {
        var (first, states) = (pair.Rows.First, pair.Target);
        var block = states.select(0, 0).narrow(0, first, states.shape[1] - first);
        var e = Points(block, pair.Rows.Last - first, settings.Noise);
        var moved = block + Spread(draw(e, settings.LimitsAt(e), generator).Eta, block);
        return torch.cat([states.narrow(1, 0, first), moved.unsqueeze(0)], 1);
    }

    /// <summary>What the block X <c>[n, D]</c> is as points <c>[k, m]</c>, see <see cref="NoiseShape"/>.</summary>
    public static Tensor Points(Tensor block, int last, NoiseShape noise) => noise switch
    {
        NoiseShape.PerToken => block,
        NoiseShape.Shared => block.narrow(0, last, 1),
        _ => block.reshape(1, -1),
    };

    /// <summary>The steps of points, as steps of the rows of their block.</summary>
    private static Tensor Spread(Tensor eta, Tensor block) =>
        eta.numel() == block.numel() ? eta.reshape(block.shape) : eta.expand(block.shape);

    private static Tensor Uniform(Tensor e, double from, double to, torch.Generator generator) =>
        (torch.rand([e.shape[0], 1], e.dtype, generator: generator) * (to - from) + from).to(e.device);

    private static Perturbation Where(Tensor condition, Perturbation a, Perturbation b) => new(
        torch.where(condition, a.Eta, b.Eta), torch.where(condition, a.Direction, b.Direction),
        torch.where(condition, a.Share, b.Share), torch.where(condition, a.Distance, b.Distance));

    private static double Mean(Tensor values) => values.mean().to(ScalarType.Float64).ToDouble();
}
