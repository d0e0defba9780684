namespace Lethe.Host.Benchmarks.Tables;

/// <summary>What is behind the values of a row on a target.</summary>
public enum TableStatus
{
    /// <summary>Pictures of this benchmark.</summary>
    Measured,

    /// <summary>The cell ended with an error.</summary>
    Failed,

    /// <summary>The cell has not been run.</summary>
    Missing,

    /// <summary>Printed elsewhere, on another model.</summary>
    Published,
}
