using Lethe.Sdk;

[assembly: LethePlugin("realera")]
