using System.Text.Json;
using Lethe.Plugins.Cpe;
using Lethe.Sdk.Training;

namespace Plugins.Tests.Cpe;

/// <summary>Erasing and attacking steps of the authors' program on a tiny U-Net: losses, gradients and what AdamW makes of them.</summary>
public sealed class GoldenTrainingTests : IDisposable
{
    private const double LossTolerance = 1e-5, GradientTolerance = 1e-4, ParameterTolerance = 2e-5;
    private readonly DisposeScope _scope = torch.NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    [Fact]
    public void Training_StepsOfTheAuthors_GiveTheirValues()
    {
        var (inputs, steps) = (GoldenCpe.Read("training/inputs.safetensors"), GoldenCpe.Read("training/steps.safetensors"));
        using var cases = JsonDocument.Parse(File.ReadAllText(Path.Combine(GoldenCpe.Folder, "training", "steps.json")));
        using var frozen = Frozen(inputs, cases.RootElement);
        var objective = new CpeObjective(frozen, 0.3, 100);
        using var adapter = TrainableAdapter.Restore(
            frozen.Layout, new AdapterShape { GateRank = 6, Rank = 1 }, GoldenCpe.Packed(frozen.Layout, name => inputs["init." + name]));
        var golden = new Golden(cases.RootElement.GetProperty("steps"), steps, inputs["unconditional"]);

        golden.EraseStage("erase0", 3, 0.03, objective, adapter, null);
        using var attack = golden.AttackStage("adv0", 3, objective, adapter);
        using var held = objective.Hold(attack);
        golden.EraseStage("erase1", 2, 0.003, objective, adapter, held);
        using var next = golden.AttackStage("adv1", 1, objective, adapter);
    }

    [Fact]
    public void Coefficients_OfTheTinyNetwork_AreTheAuthors()
    {
        var inputs = GoldenCpe.Read("training/inputs.safetensors");
        using var cases = JsonDocument.Parse(File.ReadAllText(Path.Combine(GoldenCpe.Folder, "training", "steps.json")));
        var layers = cases.RootElement.GetProperty("attention_order").EnumerateArray().Select(name => name.GetString()!).ToList();

        for (var i = 0; i < layers.Count; i++)
        {
            var (query, value, output) = (inputs[$"W.{layers[i]}.to_q"], inputs[$"W.{layers[i]}.to_v"], inputs[$"W.{layers[i]}.to_out"]);
            Close("lipschitz_q", SpectralNorm.Of(query));
            Close("lipschitz_o", SpectralNorm.Of(output));
            Close("lipschitz_ov", SpectralNorm.Of(output.matmul(value)));

            void Close(string name, double norm) => Assert.Equal(inputs[name][i].item<float>(), norm, norm * 1e-4);
        }
    }

    [Fact]
    public void Factor_OfTheCelebrityConfiguration_GivesTheAuthorsRates()
    {
        using var schedules = JsonDocument.Parse(File.ReadAllText(Path.Combine(GoldenCpe.Folder, "lr_schedules.json")));
        foreach (var schedule in schedules.RootElement.EnumerateObject().Select(item => item.Value))
        {
            var rate = schedule.GetProperty("base_lr").GetDouble();
            foreach (var step in schedule.GetProperty("lr_at_step").EnumerateObject())
            {
                var factor = CosineRestarts.Factor(int.Parse(step.Name, System.Globalization.CultureInfo.InvariantCulture),
                    schedule.GetProperty("warmup").GetInt32(), schedule.GetProperty("total").GetInt32(), schedule.GetProperty("cycles").GetInt32());
                Assert.Equal(step.Value.GetDouble(), rate * factor, rate * 1e-12);
            }
        }
    }

    private static FrozenProjections Frozen(SortedDictionary<string, Tensor> inputs, JsonElement cases)
    {
        var names = cases.GetProperty("attention_order").EnumerateArray().Select(name => name.GetString()!).ToList();
        var layers = names.ConvertAll(name => SdModel.Layer(name, inputs[$"W.{name}.to_k"], inputs[$"W.{name}.to_v"]));
        var coefficients = names.SelectMany((_, i) => new double[]
        {
            inputs["lipschitz_ov"][i].item<float>() * inputs["lipschitz_q"][i].item<float>() / 77, inputs["lipschitz_o"][i].item<float>(),
        });
        return new FrozenProjections(
            new AdapterLayout(layers), torch.cat([.. layers.SelectMany(layer => new[] { layer.KeyWeight, layer.ValueWeight })]), [.. coefficients], 77);
    }

    private sealed class Golden(JsonElement expected, SortedDictionary<string, Tensor> steps, Tensor empty)
    {
        public void EraseStage(string stage, int count, double rate, CpeObjective objective, TrainableAdapter adapter, CpeObjective.Attacks? attacks)
        {
            using var optimizer = new ResumableAdam(adapter.Trained, ConceptTraining.Decay);
            for (var i = 0; i < count; i++)
            {
                var step = $"{stage}.{i}";
                var terms = objective.Erase(
                    adapter, objective.Prepare(steps[step + ".target"][0], steps[step + ".neutral"][0]), torch.cat([empty, steps[step + ".anchors"]]), attacks);
                terms.Total.backward();

                Loss(step, "loss_prompt_erase", terms.Erase);
                Loss(step, "loss_prompt_anchor", terms.Anchor!);
                Loss(step, "loss_erasing", terms.Total);
                if (terms.Robust is not null)
                    Loss(step, "loss_adv_erase", terms.Robust);
                if (steps.ContainsKey($"{step}.grad.{ConceptAdapter.QueryName}"))
                    Gradients(step, adapter);
                optimizer.Step(Rate(step, rate * CosineRestarts.Factor(i, 2, 40, 2)));
            }

            foreach (var (name, tensor) in adapter.ToFile().Where(pair => pair.Value.ndim > 0))
                Within(name, tensor, steps[$"{stage}.{count - 1}.after.{name}"]);
        }

        public Parameter AttackStage(string stage, int count, CpeObjective objective, TrainableAdapter adapter)
        {
            var prompts = new Parameter(steps[stage + ".init.prompts"].clone());
            using var optimizer = new ResumableAdam([prompts], ConceptTraining.Decay);
            var output = objective.Freeze(adapter);
            for (var i = 0; i < count; i++)
            {
                var step = $"{stage}.{i}";
                var loss = objective.Attack(adapter, output, steps[step + ".target"], prompts);
                loss.backward();

                Loss(step, "loss_prompt_adv", loss);
                Assert.True(GoldenCpe.Relative(prompts.grad!, steps[step + ".grad.prompts"]) < GradientTolerance, step);
                optimizer.Step(Rate(step, 0.01 * CosineRestarts.Factor(i, 3, 30, 1)));
                Within(step, prompts.detach(), steps[step + ".after.prompts"]);
            }

            return prompts;
        }

        private double Rate(string step, double rate)
        {
            Assert.Equal(expected.GetProperty(step).GetProperty("lr_used").GetDouble(), rate, 1e-12);
            return rate;
        }

        private void Loss(string step, string name, Tensor value)
        {
            var wanted = expected.GetProperty(step).GetProperty("losses").GetProperty(name).GetDouble();
            Assert.Equal(wanted, value.detach().ToDouble(), Math.Abs(wanted) * LossTolerance);
        }

        private void Gradients(string step, TrainableAdapter adapter)
        {
            var wanted = GoldenCpe.Packed(adapter.Layout, name => steps[$"{step}.grad.{name}"]);
            foreach (var (name, tensor) in adapter.State.Where(pair => pair.Key != "key"))
                Assert.True(GoldenCpe.Relative(tensor.grad!, wanted[name]) < GradientTolerance, $"{step} {name}: {GoldenCpe.Relative(tensor.grad!, wanted[name]):g3}");
        }

        // AdamW divides by the gradient's size, so where that is rounding noise a step of full size may turn.
        private static void Within(string name, Tensor actual, Tensor wanted)
        {
            var far = (actual - wanted).abs().gt(ParameterTolerance).to(ScalarType.Float32).mean().item<float>();
            Assert.True(far < 0.002, $"{name}: {far:p2} of the values are off, at most {(actual - wanted).abs().max().item<float>():g3}");
        }
    }
}
