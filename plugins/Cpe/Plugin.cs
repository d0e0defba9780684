using Lethe.Sdk;

[assembly: LethePlugin("cpe")]
