using Lethe.Sdk.Diagnostics;

namespace Lethe.Sdk.Erasers;

/// <summary>Optional power of an options record: rules across several of its fields. Single fields carry attributes such as <c>[Range]</c>.</summary>
public interface IValidatesOptions
{
    /// <summary>Every rule that does not hold; empty when the options are fine.</summary>
    IReadOnlyList<Diagnostic> Validate();
}
