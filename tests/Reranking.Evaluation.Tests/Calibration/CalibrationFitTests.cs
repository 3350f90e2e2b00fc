using CsCheck;
using Reranking.Evaluation.Tests.Support;

namespace Reranking.Evaluation.Tests.Calibration;

/// <summary>Probabilities out of raw scores: what is fitted, and what is said about it.</summary>
public sealed class CalibrationFitTests
{
    private static readonly Gen<CalibrationObservation[]> Observed =
        Gen.Select(Gen.Int[0, 12], Gen.Double[-12, 12], Gen.Double[0, 1]).Array[30, 200].Select(static pairs => pairs
            .Select(static pair => Pair($"q{pair.Item1}", pair.Item2, pair.Item3 < Sigmoid((0.5 * pair.Item2) - 1)))
            .Concat(Enumerable.Range(0, 20).SelectMany(static i => new[] { Pair($"q{i}", 6, true), Pair($"q{i}", -6, false) }))
            .ToArray());

    [Theory]
    [InlineData(0.5, -1)]
    [InlineData(2, 3)]
    [InlineData(0.05, 0)]
    public void Create_ScoresOfAKnownCurve_FindsIt(double slope, double intercept)
    {
        // Each score stands for a hundred pairs, of which as many are relevant as the curve says.
        CalibrationObservation[] observations =
        [
            .. from step in Enumerable.Range(-20, 41)
            from i in Enumerable.Range(0, 100)
            let raw = (step / 4.0 / slope) - (intercept / slope)
            select Pair($"q{i}", raw, i < Math.Round(100 * Sigmoid(step / 4.0))),
        ];

        CalibrationFit fit = CalibrationFit.Create(observations);

        Assert.Equal(slope, fit.Calibration.Slope, slope * 0.02);
        Assert.Equal(intercept, fit.Calibration.Intercept, Math.Max(0.05, Math.Abs(intercept) * 0.03));
        Assert.InRange(fit.HeldOut!.ExpectedCalibrationError, 0, 0.02);
        Assert.Equal((100, 4_100), (fit.QueryCount, fit.RelevantCount + fit.OtherCount));
    }

    [Fact]
    public void Create_AnyScores_IsTheLeastLossOfItsShape() => Observed.Sample(static observations =>
    {
        ScoreCalibration best = CalibrationFit.Create(observations).Calibration;

        double loss = PlattLoss(observations, best.Slope, best.Intercept);
        foreach ((double slope, double intercept) in ((double, double)[])[(1.01, 0), (0.99, 0), (1, 0.01), (1, -0.01), (1.02, 0.02), (0.98, -0.02)])
        {
            Assert.True(PlattLoss(observations, best.Slope * slope, best.Intercept + intercept) >= loss - 1e-9);
        }
    });

    [Fact]
    public void Create_Isotonic_IsAsFarFromTheOutcomesAsFewRisingCurvesAre() => Observed.Sample(static observations =>
    {
        CalibrationFit isotonic = CalibrationFit.Create(observations, ScoreCalibrationKind.Isotonic);
        CalibrationReliability own = CalibrationReliability.Measure(CalibrationFit.Apply(observations, isotonic.Calibration));
        CalibrationReliability platt = CalibrationReliability.Measure(CalibrationFit.Apply(observations, CalibrationFit.Create(observations).Calibration));

        // Of all rising curves it has the least squared error; no probability is 0 or 1, which costs a trace.
        Assert.True(own.BrierScore <= platt.BrierScore + 1e-3);
        Assert.All(isotonic.Calibration.Probabilities, static probability => Assert.InRange(probability, 1e-9, 1 - 1e-9));
    });

    [Fact]
    public void Create_CleanSeparation_StaysFinite()
    {
        CalibrationFit fit = CalibrationFit.Create(
        [
            .. Enumerable.Range(0, 40).Select(static i => Pair($"q{i}", i < 20 ? -5 - i : 5 + i, i >= 20)),
        ]);

        Assert.InRange(fit.Calibration.Slope, 0.01, 100);
        Assert.InRange(fit.Calibration.Apply(30), 0.9, 1);
        Assert.InRange(fit.Calibration.Apply(-30), 0, 0.1);
    }

    [Fact]
    public void Create_TooFewQueriesForParts_HasNothingHeldOut() =>
        Assert.Null(CalibrationFit.Create([.. Enumerable.Range(0, 40).Select(static i => Pair($"q{i % 4}", i, i > 20))]).HeldOut);

    [Fact]
    public void Create_WhatIsNoSet_SaysWhatIsWrong()
    {
        CalibrationObservation[] good = [.. Enumerable.Range(0, 40).Select(static i => Pair($"q{i}", i, i > 20))];
        (CalibrationObservation[], string)[] wrong =
        [
            (good[..19], "There are 19 scores; expected 20 or more."),
            ([.. good, new CalibrationObservation("q", 0.5, true)], "A raw score is missing or not finite; expected a number for each document."),
            ([.. good, Pair("q", double.NaN, true)], "A raw score is missing or not finite; expected a number for each document."),
            ([.. good[21..], .. good[21..]], "38 of 38 scores are of relevant documents; expected some, and some others."),
            ([.. good[..20]], "0 of 20 scores are of relevant documents; expected some, and some others."),
            ([.. good.Select(static pair => pair with { RawScore = -pair.RawScore })],
                "Documents with a higher raw score are not more often relevant; expected that they are."),
            ([.. good.Select(static pair => pair with { RawScore = 1 })], "All raw scores are equal; expected scores that tell documents apart."),
        ];
        foreach ((CalibrationObservation[] observations, string message) in wrong)
        {
            Assert.StartsWith(message, Assert.Throws<ArgumentException>(() => CalibrationFit.Create(observations)).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Measure_SmallSet_HasTheNumbersOfTheTextbook()
    {
        CalibrationReliability measured = CalibrationReliability.Measure(
        [
            new("q", 0.25, false), new("q", 0.25, true), new("q", 0.75, true), new("q", 1, true),
        ]);

        Assert.Equal(4, measured.Count);
        Assert.Equal([(0.2, 2, 0.25, 0.5), (0.7, 1, 0.75, 1), (0.9, 1, 1, 1)], measured.Bins.Select(
            static bin => (bin.Low, bin.Count, bin.MeanScore, bin.RelevantShare)));
        Assert.Equal(((2 * 0.25) + 0.25 + 0) / 4, measured.ExpectedCalibrationError, 1e-12);
        Assert.Equal((0.0625 + 0.5625 + 0.0625 + 0) / 4, measured.BrierScore, 1e-12);
        Assert.Equal(-(Math.Log(0.75) + Math.Log(0.25) + Math.Log(0.75) + Math.Log(1 - 1e-6)) / 4, measured.LogLoss, 1e-12);
        Assert.Throws<ArgumentException>(() => CalibrationReliability.Measure([]));
        Assert.Throws<ArgumentException>(() => CalibrationReliability.Measure([new("q", 1.1, true)]));
        Assert.Throws<ArgumentException>(() => CalibrationReliability.Measure([new("q", double.NaN, true)]));
    }

    [Fact]
    public async Task ObserveAsync_UnansweredQueriesAndMissedDocuments_AreAmongTheScores()
    {
        EvaluationDocument[] documents = [new("a", "red apple"), new("b", "green apple"), new("c", "nothing alike")];
        var set = new EvaluationSet
        {
            Name = "set",
            Documents = documents,
            Queries =
            [
                new EvaluationQuery { Id = "found", Text = "red apple", Grades = new Dictionary<string, int> { ["a"] = 1 } },
                new EvaluationQuery { Id = "missed", Text = "apple", Grades = new Dictionary<string, int> { ["c"] = 2, ["b"] = 0, ["elsewhere"] = 1 } },
                new EvaluationQuery { Id = "unanswered", Text = "green" },
            ],
        };
        using var scorer = new StubScorer(static (_, document) => document.Length);

        var evaluation = new RerankingEvaluation(set, FirstStage.Bm25(documents), [new EvaluatedScorer("stub", scorer)]);
        IReadOnlyList<CalibrationObservation> observed = (await evaluation.ObserveAsync(cancellationToken: TestContext.Current.CancellationToken))["STUB"];

        Assert.Equal(
            [("found", 9.0, true), ("found", 11, false), ("missed", 9, false), ("missed", 11, false), ("missed", 13, true), ("unanswered", 11, false)],
            observed.Select(static observation => (observation.QueryId, observation.RawScore!.Value, observation.IsRelevant)));
    }

    [Fact]
    public void Draw_Curves_IsAnImageByItself()
    {
        CalibrationReliability measured = CalibrationReliability.Measure([new("q", 0.25, false), new("q", 0.75, true)]);

        string svg = CalibrationFit.Draw("before & after", [KeyValuePair.Create("<b>", measured)]);

        Assert.StartsWith("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=", svg, StringComparison.Ordinal);
        var root = System.Xml.Linq.XElement.Parse(svg);
        Assert.Equal("before & after", root.Attribute("aria-label")!.Value);
        Assert.Contains(
            root.Descendants(),
            static element => element.Name.LocalName == "title" && element.Value.StartsWith("<b>: 1 scores", StringComparison.Ordinal));
    }

    private static CalibrationObservation Pair(string query, double raw, bool isRelevant) =>
        new(query, double.IsNaN(raw) ? 0 : Sigmoid(raw), isRelevant) { RawScore = raw };

    private static double Sigmoid(double logit) => 1 / (1 + Math.Exp(-logit));

    private static double PlattLoss(CalibrationObservation[] observations, double slope, double intercept)
    {
        int relevant = observations.Count(static observation => observation.IsRelevant);
        (double high, double low) = ((relevant + 1.0) / (relevant + 2), 1.0 / (observations.Length - relevant + 2));
        return observations.Sum(observation =>
        {
            double logit = (slope * observation.RawScore!.Value) + intercept;
            double target = observation.IsRelevant ? high : low;
            return Math.Max(logit, 0) + Math.Log(1 + Math.Exp(-Math.Abs(logit))) - (target * logit);
        });
    }
}
