namespace Lethe.Host.Menus;

/// <summary>One thing that a menu offers, as data: the screen, the footer and the help are all made from it.</summary>
/// <param name="Key">The letter that chooses it.</param>
/// <param name="Label">What it is called.</param>
/// <param name="Value">What it is set to now, shown beside the label.</param>
/// <param name="Description">One line on what it does, shown while it is under the cursor.</param>
/// <param name="DisabledReason">Why it cannot be chosen now; null when it can.</param>
/// <param name="Run">What choosing it does.</param>
public sealed record MenuBinding(char Key, string Label, string Value, string Description, string? DisabledReason, Action Run);
