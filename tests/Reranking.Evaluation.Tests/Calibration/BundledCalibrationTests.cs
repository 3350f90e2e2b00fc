using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using Reranking.Onnx;

namespace Reranking.Evaluation.Tests.Calibration;

/// <summary>
/// The calibration that comes with the bundled model is what the committed questions make of its scores, and the documentation says how good it is: on queries
/// that it was not fitted to, and on another set.
/// </summary>
public sealed class BundledCalibrationTests
{
    private const string Model = "ms-marco-MiniLM-L-12-v2-int8";
    private const int Candidates = 10;

    // Processors without the instructions for int8 round some products differently.
    private const double LogitTolerance = 1;
    private const double MeanLogitTolerance = 0.25;

    private static string Repository { get; } = FindRepository();

    private static string CalibrationFile => Path.Combine(Repository, "models", Model, "calibration.bundled.json");

    private static string DiagramFile => Path.Combine(Repository, "docs", "images", "reliability.svg");

    private static string ScoresFile => Path.Combine(Repository, "tests", "Reranking.Evaluation.Tests", "Data", "everyday", "scores.tsv");

    private static EvaluationSet Everyday => EvaluationSet.Load(Path.Combine(AppContext.BaseDirectory, "everyday"), includeUnjudged: true);

    [Fact]
    public void Calibration_FittedAnew_IsWhatTheModelComesWith()
    {
        Measured measured = Measure(ReadScores("everyday"), ReadScores("help"));

        Assert.Equal(measured.Calibration, ScoreCalibration.Load(CalibrationFile));
        Assert.Equal(File.ReadAllText(DiagramFile).ReplaceLineEndings("\n"), Draw(measured));
    }

    [Fact]
    public void Calibration_OnQueriesThatItWasNotFittedTo_IsAsDocumented()
    {
        string page = File.ReadAllText(Path.Combine(Repository, "docs", "concepts", "scores-and-calibration.md"));

        Assert.All(Measure(ReadScores("everyday"), ReadScores("help")).Lines, line => Assert.Contains(line, page, StringComparison.Ordinal));
    }

    /// <summary>All of them take a minute; some tell whether model, tokenizer and first stage are those that the scores are of.</summary>
    [Theory]
    [InlineData("everyday", 40)]
    [InlineData("help", 20)]
    public async Task Scores_OfSomeQuestions_AreThoseOfTheModel(string name, int step)
    {
        EvaluationSet set = name == "everyday" ? Everyday : ReadHelpCenter();
        EvaluationSet some = set.WithQueries(set.Queries.Where((_, index) => index % step == 0));
        HashSet<string> ids = [.. some.Queries.Select(static query => query.Id)];

        IReadOnlyList<CalibrationObservation> scored = await ObserveAsync(some);

        CalibrationObservation[] recorded = [.. ReadScores(name).Where(score => ids.Contains(score.QueryId))];
        Assert.Equal(
            recorded.Select(static score => (score.QueryId, score.IsRelevant)), scored.Select(static score => (score.QueryId, score.IsRelevant)));
        double[] differences = [.. recorded.Zip(scored, static (expected, actual) => Math.Abs(expected.RawScore!.Value - actual.RawScore!.Value))];
        Assert.InRange(differences.Max(), 0, LogitTolerance);
        Assert.InRange(differences.Average(), 0, MeanLogitTolerance);
    }

    [Fact]
    public async Task Bundled_AskedFor_MakesProbabilitiesAndKeepsTheRanking()
    {
        using var plain = new OnnxRelevanceScorer();
        using var calibrated = new OnnxRelevanceScorer(new OnnxScorerOptions { Calibration = CalibrationMode.Bundled });
        string[] documents = ["Paris is the capital of France.", "Bread needs yeast.", "The capital moved to Bordeaux in 1940, for a while."];

        RelevanceScores before = await plain.ScoreAsync("capital of France", documents);
        RelevanceScores after = await calibrated.ScoreAsync("capital of France", documents);

        var calibration = ScoreCalibration.Load(CalibrationFile);
        Assert.Equal(before.Select(static score => score.RawValue), after.Select(static score => score.RawValue));
        Assert.Equal(before.Select(score => calibration.Apply(score.RawValue)), after.Select(static score => score.Value));
        Assert.Null(plain.GetService<ScoreCalibration>());   // which nobody has to switch off
    }

    /// <summary>Scores all pairs, writes scores, calibration and diagram, and shows the lines for the page.</summary>
    [Fact(Explicit = true)]
    public async Task Write()
    {
        IReadOnlyList<CalibrationObservation> everyday = await ObserveAsync(Everyday);
        IReadOnlyList<CalibrationObservation> help = await ObserveAsync(ReadHelpCenter());
        IEnumerable<(string Set, CalibrationObservation Score)> rows =
            everyday.Select(static score => ("everyday", score)).Concat(help.Select(static score => ("help", score)));
        File.WriteAllText(ScoresFile, "set\tquery\tlogit\trelevant\n" + string.Concat(rows.Select(static row => string.Create(
            CultureInfo.InvariantCulture, $"{row.Set}\t{row.Score.QueryId}\t{row.Score.RawScore:0.000}\t{(row.Score.IsRelevant ? 1 : 0)}\n"))));
        Measured measured = Measure(ReadScores("everyday"), ReadScores("help"));
        File.WriteAllText(CalibrationFile, measured.Calibration.ToJson().ReplaceLineEndings("\n") + "\n");
        File.WriteAllText(DiagramFile, Draw(measured));
        measured.Lines.ToList().ForEach(TestContext.Current.TestOutputHelper!.WriteLine);
        TestContext.Current.TestOutputHelper!.WriteLine(measured.Notes);
    }

    private static Measured Measure(CalibrationObservation[] everyday, CalibrationObservation[] help)
    {
        CalibrationFit fit = CalibrationFit.Create(everyday);
        CalibrationFit isotonic = CalibrationFit.Create(everyday, ScoreCalibrationKind.Isotonic);
        byte[] model = File.ReadAllBytes(Path.Combine(Repository, "models", Model, "model.onnx"));
        EvaluationSet set = Everyday;
        ScoreCalibration calibration = ScoreCalibration.Platt(Math.Round(fit.Calibration.Slope, 3), Math.Round(fit.Calibration.Intercept, 3)) with
        {
            ModelHash = Convert.ToHexStringLower(SHA256.HashData(model)),
            Source = $"{set.Queries.Count} questions about {set.Documents.Count} passages, written for this project (MIT), with {Candidates} BM25 candidates "
                + $"each: {everyday.Length} pairs, {fit.RelevantCount} of them relevant",
        };
        CalibrationObservation[] low = [.. everyday.Where(static score => score is { IsRelevant: true, Value: < 0.01 })];
        return new Measured(
            calibration,
            [
                ("everyday, sigmoid", fit.Before),
                ("everyday, calibrated, held-out folds", fit.HeldOut!),
                ("help center, sigmoid", CalibrationReliability.Measure(help)),
                ("help center, calibrated", CalibrationReliability.Measure(CalibrationFit.Apply(help, calibration))),
            ],
            string.Create(CultureInfo.InvariantCulture, $"{help.Length} pairs of the help center, {help.Count(static score => score.IsRelevant)} relevant; ")
            + string.Create(CultureInfo.InvariantCulture, $"isotonic on held-out folds {Line("", isotonic.HeldOut!)}; below 0.01 and relevant: {low.Length}, ")
            + $"calibrated {string.Join(' ', low.Select(score => calibration.Apply(score.RawScore!.Value).ToString("0.00", CultureInfo.InvariantCulture)))}");
    }

    private static string Line(string name, CalibrationReliability row) => string.Create(
        CultureInfo.InvariantCulture, $"| {name} | {row.ExpectedCalibrationError:0.000} | {row.BrierScore:0.000} | {row.LogLoss:0.000} |");

    private static string Draw(Measured measured) => CalibrationFit.Draw(
        "Reliability of the bundled model's scores before and after calibration",
        [.. measured.Rows.Select(static row => KeyValuePair.Create(row.Name, row.Reliability))]);

    private static CalibrationObservation[] ReadScores(string set) =>
    [
        .. from line in File.ReadLines(ScoresFile).Skip(1)
        let columns = line.Split('\t')
        where columns[0] == set
        let logit = double.Parse(columns[2], CultureInfo.InvariantCulture)
        select new CalibrationObservation(columns[1], RelevanceScore.FromLogit(logit).Value, columns[3] == "1") { RawScore = logit },
    ];

    private static async Task<IReadOnlyList<CalibrationObservation>> ObserveAsync(EvaluationSet set)
    {
        using var scorer = new OnnxRelevanceScorer();
        var options = new RerankingEvaluationOptions { CandidateCounts = [Candidates] };
        var evaluation = new RerankingEvaluation(set, FirstStage.Bm25(set.Documents), [new EvaluatedScorer("bundled", scorer)], options);
        return (await evaluation.ObserveAsync())["bundled"];
    }

    // The help center of the sample: a passage a section, a question a line with the one passage that answers it.
    private static EvaluationSet ReadHelpCenter()
    {
        string folder = Path.Combine(AppContext.BaseDirectory, "help");
        EvaluationDocument[] documents =
        [
            .. from file in Directory.EnumerateFiles(folder, "*.md").Order(StringComparer.Ordinal)
            from section in File.ReadAllText(file).ReplaceLineEndings("\n").Split("\n## ").Skip(1)
            let parts = section.Split('\n', 2)
            select new EvaluationDocument($"{Path.GetFileName(file)}#{Anchor(parts[0])}", $"{parts[0]}\n{parts[1].Trim()}"),
        ];
        JsonElement[] questions =
            [.. File.ReadLines(Path.Combine(folder, "questions.jsonl")).Select(static line => JsonSerializer.Deserialize<JsonElement>(line))];
        var set = new EvaluationSet
        {
            Name = "help center",
            Documents = documents,
            Queries =
            [
                .. questions.Select(static (question, index) => new EvaluationQuery
                {
                    Id = $"q{index}",
                    Text = question.GetProperty("question").GetString()!,
                    Grades = new Dictionary<string, int> { [question.GetProperty("passage").GetString()!] = 1 },
                }),
            ],
        };
        Assert.All(set.Queries, query => Assert.Contains(documents, document => document.Id == query.Grades.Keys.Single()));
        return set;
    }

    private static string Anchor(string title) =>
        string.Concat(title.Trim().ToLowerInvariant().Where(static c => char.IsLetterOrDigit(c) || c is ' ' or '-' or '_')).Replace(' ', '-');

    private static string FindRepository()
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Plugin.sln")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? throw new InvalidOperationException("The tests do not run within the repository.");
    }

    private sealed record Measured(ScoreCalibration Calibration, IReadOnlyList<(string Name, CalibrationReliability Reliability)> Rows, string Notes)
    {
        public IEnumerable<string> Lines => Rows.Select(static row => Line(row.Name, row.Reliability));
    }
}
