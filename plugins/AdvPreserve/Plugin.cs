using Lethe.Sdk;

[assembly: LethePlugin("adv-preserve")]
