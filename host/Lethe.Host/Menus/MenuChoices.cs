using System.Security.Cryptography;
using System.Text;
using Lethe.Host.Policies;

namespace Lethe.Host.Menus;

/// <summary>What is picked at the moment: a policy to start from, and what differs from it.</summary>
internal sealed class MenuChoices
{
    private readonly Dictionary<string, ErasedConcept> _known = new(StringComparer.Ordinal);

    /// <summary>The policy that the choices start from; null before one was read.</summary>
    public Policy? Start { get; private set; }

    /// <summary>Its file.</summary>
    public string? StartFile { get; private set; }

    /// <summary>Model; that of the policy unless another was picked.</summary>
    public string Model { get; set; } = BuiltInModels.Names[0];

    /// <summary>Eraser; that of the policy unless another was picked.</summary>
    public string Eraser { get; set; } = new EraserDefaults().Eraser;

    /// <summary>Concepts that can be picked.</summary>
    public List<string> Concepts { get; } = [];

    /// <summary>Concepts that are picked.</summary>
    public HashSet<string> Picked { get; } = new(StringComparer.Ordinal);

    /// <summary>Whether the choices are the policy as it stands in its file.</summary>
    public bool IsStartAsWritten =>
        Start is not null && Model == Start.Model && Eraser == Start.Defaults.Eraser && Picked.SetEquals(Start.Erase.Select(concept => concept.Concept));

    /// <summary>Begins anew from a policy.</summary>
    public void StartFrom(Policy policy, string file)
    {
        (Start, StartFile, Model, Eraser) = (policy, file, policy.Model, policy.Defaults.Eraser);
        foreach (var concept in policy.Erase) _known[concept.Concept] = concept;
        Concepts.Clear();
        Concepts.AddRange(policy.Erase.Select(concept => concept.Concept));
        Picked.Clear();
        Picked.UnionWith(Concepts);
    }

    /// <summary>The choices as a policy.</summary>
    public Policy ToPolicy()
    {
        var start = Start ?? new Policy { Version = Policy.CurrentVersion, Name = "menu", Erase = [] };
        var erase = Concepts.Where(Picked.Contains).Select(name => _known.TryGetValue(name, out var known) ? known : new ErasedConcept { Concept = name }).ToList();
        var phrases = erase.SelectMany(concept => concept.Synonyms.Append(concept.Concept)).ToHashSet(StringComparer.OrdinalIgnoreCase);
        var policy = start with
        {
            Model = Model,
            Erase = Eraser == start.Defaults.Eraser ? erase : [.. erase.Select(concept => concept with { Eraser = null, Options = PolicyMapping.Empty })],
            // A typed concept may stand in the lists of what must stay; the person at the terminal has the last word.
            Preserve = [.. start.Preserve.Where(name => !phrases.Contains(name))],
            Defaults = Eraser == start.Defaults.Eraser ? start.Defaults : new EraserDefaults { Eraser = Eraser },
        };
        // A run folder belongs to one policy: other choices, another name; the same choices again continue the same run.
        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(PolicyWriter.Write(policy))))[..8];
        return policy with { Name = $"{(start.Name.Length > 50 ? start.Name[..50] : start.Name)}-{hash}" };
    }
}
