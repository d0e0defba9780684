using System.Globalization;
using Lethe.Bench;
using Lethe.Diffusion.Engine;
using Lethe.Plugins.Cpe;
using Lethe.Sdk.Anchors;

TensorEngine.Start(1);

// `cpe [SHARE]` times CPE's training and inference at the sizes of Stable Diffusion 1.4, optionally from a share of the steps.
if (args is ["cpe", ..])
{
    CpeCost.Run(args.Length > 1 ? double.Parse(args[1], CultureInfo.InvariantCulture) : 1);
    return;
}

// `runtime WORK [small] [bfloat16] [REPEATS] [FILE]` times one network of Stable Diffusion 1.4, with the weights that `make-weights WORK FILE [small]` wrote
// in float16; `make FILE [small]` writes a whole one of random weights, `open MODEL` times reading and opening a model.
if (args is ["runtime", var work, ..])
{
    var weights = args.FirstOrDefault(argument => argument.EndsWith(".safetensors", StringComparison.Ordinal));
    var repeats = args.Select(argument => int.TryParse(argument, CultureInfo.InvariantCulture, out var number) ? number : 0).Max();
    RuntimeWork.Run(work, args.Contains("small"), repeats > 0 ? repeats : 3, weights, args.Contains("bfloat16") ? ScalarType.BFloat16 : ScalarType.Float32);
    return;
}

if (args is ["make-weights", var network, var weightFile, ..])
{
    RuntimeWork.MakeWeights(network, weightFile, args.Contains("small"));
    return;
}

// `training ERASER [small] [PAIRS]` times the steps of a method that trains the U-Net of Stable Diffusion 1.4.
if (args is ["training", var eraser, ..])
{
    TrainingWork.Run(eraser, args.Contains("small"), int.TryParse(args[^1], CultureInfo.InvariantCulture, out var pairs) ? pairs : 3);
    return;
}

if (args is ["make", var file, ..])
{
    RuntimeWork.Make(file, args.Contains("small"));
    return;
}

if (args is ["open", var model])
{
    RuntimeWork.Open(model);
    return;
}

// `attack MODEL [--stages N] [--gate-rank N] [--rank N] CONCEPT=SURROGATE...` attacks CPE adapters of these concepts, trained without and with RARE.
if (args is ["attack", var folder, .. var rest])
{
    var options = new CpeOptions();
    while (rest is [var key, var value, .. var others] && key.StartsWith("--", StringComparison.Ordinal))
    {
        if (!int.TryParse(value, CultureInfo.InvariantCulture, out var number) || number < 1)
            Refuse<int>($"{key} is `{value}`, expected a whole number from 1");
        options = key switch
        {
            "--stages" => options with { Stages = number },
            "--gate-rank" => options with { GateRank = number },
            "--rank" => options with { Rank = number },
            _ => Refuse<CpeOptions>($"`{key}` is none of --stages, --gate-rank, --rank"),
        };
        rest = others;
    }

    if (rest.Length == 0 || rest.Any(item => item.StartsWith('-')))
        Refuse<int>("expected CONCEPT=SURROGATE, such as cat=panda");
    CpeAttack.Run(folder, options, [.. rest.Select(item => item.Split('=')).Select(pair => new Concept { Name = pair[0], Surrogate = pair.ElementAtOrDefault(1) ?? "" })]);
    return;
}

Refuse<int>("expected `runtime`, `make-weights`, `make`, `open`, `training`, `cpe` or `attack`");

static T Refuse<T>(string reason)
{
    Console.Error.WriteLine($"error: {reason}");
    Environment.Exit(2);
    return default!;
}
