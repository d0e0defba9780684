using Lethe.Plugins.Cpe;
using Lethe.Sdk.Diffusion;

namespace Plugins.Tests.Cpe;

public sealed class CpeAdapterTests : IDisposable
{
    private readonly DisposeScope _scope = torch.NewDisposeScope();
    private readonly IReadOnlyList<CrossAttentionLayer> _layers = RandomAdapter.Layers();
    private readonly AdapterLayout _layout;

    public CpeAdapterTests() => _layout = new AdapterLayout(_layers);

    public void Dispose() => _scope.Dispose();

    [Fact]
    public void Apply_FreshAdapter_ChangesNothingAndItsGateIsOneHalf()
    {
        using var generator = new torch.Generator(1);
        using var fresh = TrainableAdapter.Create(_layout, new AdapterShape { GateRank = 3, Rank = 2 }, generator);
        var concept = RandomAdapter.Concept(_layout, fresh.ToFile());
        var states = RandomAdapter.States();

        var changed = RandomAdapter.Project(new CpeAdapter([concept]), _layers, states);
        var attention = ResidualAttentionGate.Attention(states, concept.Query, null);

        Assert.True(changed.allclose(RandomAdapter.Project(null, _layers, states), 0, 0));
        Assert.True((attention - (1.0 / RandomAdapter.Tokens)).abs().max().ToDouble() < 1e-4);
        Assert.True(ResidualAttentionGate.Logits(attention, states, concept.Scaler).eq(0).all().item<bool>());
    }

    [Fact]
    public void Apply_ClosedGateOrNoStrength_ChangesNothing()
    {
        var tensors = RandomAdapter.Tensors(_layout, 1);
        var scaler = torch.zeros([1, RandomAdapter.Width, 1]);
        scaler.select(1, 0).fill_(-1e6);
        tensors[ConceptAdapter.ScalerName] = scaler;
        var states = RandomAdapter.States();
        states.select(2, 0).fill_(1);

        var plain = RandomAdapter.Project(null, _layers, states);
        var closed = RandomAdapter.Project(new CpeAdapter([RandomAdapter.Concept(_layout, tensors)]), _layers, states);
        var weak = RandomAdapter.Project(new CpeAdapter(RandomAdapter.Module(_layout, 1).Concepts) { Strength = 0 }, _layers, states);

        Assert.True(closed.allclose(plain, 0, 0));
        Assert.True(weak.allclose(plain, 0, 0));
    }

    [Fact]
    public void Attention_AnyStates_RowsSumToOneAndTheMatrixIsNotSymmetric()
    {
        var concept = RandomAdapter.Module(_layout, 1).Concepts[0];

        var attention = ResidualAttentionGate.Attention(RandomAdapter.States(), concept.Query, null);

        Assert.True((attention.sum(-1) - 1).abs().max().ToDouble() < 1e-6);
        Assert.False(attention.allclose(attention.mT, 1e-3, 1e-3));
    }

    [Fact]
    public void Apply_OtherKeyMatrix_MattersInTheTwoMatrixFormOnly()
    {
        var tensors = RandomAdapter.Tensors(_layout, 1);
        var other = new SortedDictionary<string, Tensor>(tensors, StringComparer.Ordinal) { [ConceptAdapter.KeyName] = tensors[ConceptAdapter.KeyName] * 2 };
        var states = RandomAdapter.States();

        Assert.True(Through(tensors, null).allclose(Through(other, null), 0, 0));
        Assert.False(Through(tensors, "query-key").allclose(Through(other, "query-key"), 1e-3, 1e-3));

        Tensor Through(SortedDictionary<string, Tensor> adapter, string? attention) =>
            RandomAdapter.Project(new CpeAdapter([RandomAdapter.Concept(_layout, adapter, attention)]), _layers, states);
    }

    [Fact]
    public void Apply_Merged_TakesTheWinnerOfEachTokenWhateverTheOrder()
    {
        var states = RandomAdapter.States(batch: 3);
        int[] seeds = [1, 2, 3];
        var alone = seeds.Select(seed => RandomAdapter.Project(RandomAdapter.Module(_layout, seed), _layers, states)).ToList();
        var gates = torch.stack(seeds.Select(seed =>
        {
            var concept = RandomAdapter.Module(_layout, seed).Concepts[0];
            return ResidualAttentionGate.Logits(ResidualAttentionGate.Attention(states, concept.Query, null), states, concept.Scaler);
        }));
        var winner = gates.argmax(0);

        var merged = RandomAdapter.Project(RandomAdapter.Module(_layout, 1, 2, 3), _layers, states);
        var expected = torch.stack(alone).gather(0, winner.unsqueeze(0).unsqueeze(-1).expand(1, 3, RandomAdapter.Tokens, merged.shape[2])).squeeze(0);

        Assert.True(winner.min().item<long>() < winner.max().item<long>());
        Assert.True(merged.allclose(expected, 1e-4, 1e-5));
        Assert.True(merged.allclose(RandomAdapter.Project(RandomAdapter.Module(_layout, 3, 1, 2), _layers, states), 1e-4, 1e-5));
        Assert.True(RandomAdapter.Project(RandomAdapter.Module(_layout, 1, 1), _layers, states).allclose(alone[0], 1e-4, 1e-5));
    }

    [Fact]
    public void TryJoin_GatedOnes_ActAsOneAndUngatedOnesDoNot()
    {
        var states = RandomAdapter.States();
        var ungated = new CpeAdapter([ConceptAdapter.Of(_layout, RandomAdapter.Tensors(_layout, 2), new Dictionary<string, string> { ["gate"] = "off" })]);

        var joint = RandomAdapter.Module(_layout, 1).TryJoin(RandomAdapter.Module(_layout, 2));

        Assert.True(RandomAdapter.Project(joint, _layers, states).allclose(RandomAdapter.Project(RandomAdapter.Module(_layout, 1, 2), _layers, states), 0, 0));
        Assert.Null(RandomAdapter.Module(_layout, 1).TryJoin(ungated));
    }

    [Fact]
    public void Apply_TwiceTheAlpha_AddsTwiceAsMuch()
    {
        var states = RandomAdapter.States();
        var plain = RandomAdapter.Project(null, _layers, states);

        var once = RandomAdapter.Project(new CpeAdapter([RandomAdapter.Concept(_layout, RandomAdapter.Tensors(_layout, 1))]), _layers, states) - plain;
        var twice = RandomAdapter.Project(new CpeAdapter([RandomAdapter.Concept(_layout, RandomAdapter.Tensors(_layout, 1, alpha: 2))]), _layers, states) - plain;

        Assert.True(twice.allclose(once * 2, 1e-4, 1e-4));
    }

    [Fact]
    public void Apply_AnotherTokenOfThePrompt_MovesTheAddition()
    {
        var (states, other) = (RandomAdapter.States(1), RandomAdapter.States(1));
        other.select(1, 5).fill_(0.5);
        var adapter = RandomAdapter.Module(_layout, 1);

        var before = RandomAdapter.Project(adapter, _layers, states).select(1, 0);
        var after = RandomAdapter.Project(adapter, _layers, other).select(1, 0);

        Assert.False(before.allclose(after, 1e-3, 1e-3));
    }

    [Fact]
    public void Apply_SameTensorRefilled_SeesTheNewPrompt()
    {
        var states = RandomAdapter.States(1);
        var adapter = RandomAdapter.Module(_layout, 1);
        _ = RandomAdapter.Project(adapter, _layers, states);

        states.copy_(RandomAdapter.States(1, seed: 12));
        var refilled = RandomAdapter.Project(adapter, _layers, states);

        Assert.True(refilled.allclose(RandomAdapter.Project(RandomAdapter.Module(_layout, 1), _layers, RandomAdapter.States(1, seed: 12)), 0, 0));
    }

    [Fact]
    public void Apply_WholePass_LeavesNoTensorBehind()
    {
        var (adapter, states) = (RandomAdapter.Module(_layout, 1, 2), RandomAdapter.States());
        var before = LiveTensors.Count();

        using (torch.NewDisposeScope())
            _ = RandomAdapter.Project(adapter, _layers, states);

        Assert.Equal(before, Tensor.TotalCount);
    }

    [Fact]
    public void Of_TensorsOfAnotherModel_NamesTheFirstThatDoesNotFit()
    {
        var tensors = RandomAdapter.Tensors(_layout, 1);
        tensors[ConceptAdapter.UpName(_layout.Projections[2].Name)] = torch.zeros([1, 2, 7]);

        var problem = Assert.Throws<InvalidDataException>(() => RandomAdapter.Concept(_layout, tensors));

        Assert.Contains("[1, 2, 7]", problem.Message, StringComparison.Ordinal);
        Assert.Contains("[1, 2, 6]", problem.Message, StringComparison.Ordinal);
    }
}
