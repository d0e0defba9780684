using Lethe.Evaluation.Metrics;
using Lethe.Host.Reports;
using Lethe.Host.Runs;

namespace Lethe.Host.Tests.Reports;

/// <summary>Every accuracy stands beside that of the unedited model: in the report, in its JSON and at the terminal.</summary>
public sealed class BeforeAndAfterTests
{
    [Fact]
    public void Lines_Accuracies_ShowBothSides()
    {
        var lines = RunSummary.Lines(Result()).ToList();

        Assert.Equal("figure              before     after   95 % interval (after)", lines[0]);
        Assert.StartsWith("acc_e               75.0 %    25.0 %   ", lines[1], StringComparison.Ordinal);
        Assert.StartsWith("acc_g               50.0 %     0.0 %   ", lines[2], StringComparison.Ordinal);
        Assert.StartsWith("acc_s              100.0 %   100.0 %   ", lines[3], StringComparison.Ordinal);
        Assert.StartsWith("h_o                      -    ", lines[4], StringComparison.Ordinal);
    }

    [Fact]
    public void Html_FiguresAndGates_ShowBothSides()
    {
        var page = HtmlReport.Build(Result().Report, [], _ => []);

        Assert.Contains("<td>acc_e</td><td>75.0 %</td><td>25.0 %</td>", page, StringComparison.Ordinal);
        Assert.Contains("<td>acc_e</td><td>at most 5.0 %</td><td>75.0 %</td><td>25.0 %</td>", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<td>acc_e_before</td>", page, StringComparison.Ordinal);
    }

    [Fact]
    public void Json_FiguresAndGates_HoldBothSides()
    {
        var report = RunSummary.Json(Result());

        var figures = report["figures"]!.AsArray().Where(figure => (string?)figure!["profile"] == "judge-top1").ToDictionary(figure => (string)figure!["id"]!, figure => (double?)figure!["value"]);
        Assert.Equal((0.75, 0.25, 0.5, 0.0), (figures["acc_e_before"], figures["acc_e"], figures["acc_g_before"], figures["acc_g"]));
        Assert.Equal(0.75, (double?)Assert.Single(report["gates"]!.AsArray())!["before"]);
    }

    private static RunResult Result()
    {
        IReadOnlyList<PictureScore> scores =
        [
            .. Scores(PictureRole.Erased, (true, false), (true, false), (true, true), (false, false)),
            .. Scores(PictureRole.Synonym, (true, false), (false, false)),
            .. Scores(PictureRole.Preserved, (true, true), (true, true)),
        ];
        var figures = ErasureFigures.Compute(scores);
        var gates = GateResult.Judge([new PlannedGate { Figure = "acc_e", Max = 0.05 }], figures);
        return new RunResult("run", new ErasureReport
        {
            GatesHold = false,
            Plan = new Plan
            {
                Host = "1",
                Policy = "test",
                PolicySha256 = "",
                Model = "model",
                Device = "cpu",
                Seed = 1,
                Steps = [],
                Prompts = [],
                Gates = [],
                ExportModel = false,
                Sampling = new PlannedSampling { Scheduler = "ddim", Steps = 2, GuidanceScale = 5, Batch = 1 },
            },
            Gates = gates,
            Figures = figures,
            Concepts = ConceptResult.Of(scores),
            Outputs = [],
            ModelFiles = [],
            PolicyText = "",
            Remarks = [],
        });
    }

    private static IEnumerable<PictureScore> Scores(PictureRole role, params (bool Before, bool After)[] seen) => seen.Select((pair, seed) => new PictureScore
    {
        Concept = role.ToString(),
        Role = role,
        Prompt = "a picture",
        Seed = seed,
        Before = new Sighting { Hit = pair.Before },
        After = new Sighting { Hit = pair.After },
    });
}
