using Lethe.Host.Runs;

namespace Lethe.Host.Tests.Runs;

public sealed class PlanDifferenceTests
{
    [Theory]
    [InlineData("""{"seed":1}""", """{"seed":2}""", "seed was 1 and is 2")]
    [InlineData("""{"model_sha256":"a"}""", """{"model_sha256":"b"}""", "model_sha256 was \"a\" and is \"b\"")]
    [InlineData("""{"steps":[{"options":{"rank":4}}]}""", """{"steps":[{"options":{"rank":8}}]}""", "steps[0].options.rank was 4 and is 8")]
    [InlineData("""{"a":1}""", """{"b":"x"}""", "a was 1 and is not set; b was not set and is \"x\"")]
    [InlineData("""{"seeds":[1,2]}""", """{"seeds":[1]}""", "seeds was [1,2] and is [1]")]
    [InlineData("""{"policy_sha256":"a","seed":1}""", """{"policy_sha256":"b","seed":2}""", "seed was 1 and is 2")]
    [InlineData("""{"policy_sha256":"a"}""", """{"policy_sha256":"b"}""", "the policy's text, though not what it asks for")]
    [InlineData("""{"seed":1""", """{"seed":2}""", "its plan.json cannot be read")]
    [InlineData("""{"seed":1,"seed":3}""", """{"seed":2}""", "its plan.json cannot be read")]
    [InlineData("[]", """{"seed":2}""", " was [] and is {\"seed\":2}")]
    public void Between_TwoPlans_NamesEachDifference(string before, string now, string expected) =>
        Assert.Equal(expected, PlanDifference.Between(before, now));

    [Fact]
    public void Between_ManyAndLongDifferences_StaysALine()
    {
        static string Plan(int shift) =>
            "{" + string.Join(",", Enumerable.Range(0, 9).Select(i => $"\"key{i}\":\"{new string((char)('a' + i + shift), 500)}\"")) + "}";

        var text = PlanDifference.Between(Plan(0), Plan(1));

        Assert.EndsWith("; and 3 more", text, StringComparison.Ordinal);
        Assert.InRange(text.Length, 1, 1000);
    }
}
