
namespace Lethe.Bench;

/// <summary>The work that bench/engine.py repeats in Python, call for call, on the same libtorch.</summary>
internal static class EngineWork
{
    public static IEnumerable<(string Name, int Calls, Action<int> Body)> All() =>
    [
        ("add", 200_000, Add()),
        ("linear-backward", 20_000, LinearBackward()),
        ("adam-step", 1_000, AdamStep()),
    ];

    private static Action<int> Add()
    {
        var (a, b) = (torch.ones([8]), torch.ones([8]));
        return calls =>
        {
            for (var i = 0; i < calls; i++)
                a.add(b).Dispose();
        };
    }

    private static Action<int> LinearBackward()
    {
        var x = torch.ones([4, 16]);
        var weight = new Parameter(torch.ones([16, 16]));
        return calls =>
        {
            for (var i = 0; i < calls; i++)
            {
                using var scope = torch.NewDisposeScope();
                weight.grad = null;
                torch.nn.functional.linear(x, weight).sum().backward();
            }
        };
    }

    private static Action<int> AdamStep()
    {
        var parameters = Enumerable.Range(0, 20).Select(_ => new Parameter(torch.ones([64, 64]))).ToArray();
        var adam = torch.optim.Adam(parameters);
        foreach (var parameter in parameters)
            parameter.grad = torch.ones([64, 64]);
        return calls =>
        {
            for (var i = 0; i < calls; i++)
                adam.step();
        };
    }
}
