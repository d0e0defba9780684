using Lethe.Sdk;

[assembly: LethePlugin("baselines", Exports = "uce, esd")]
