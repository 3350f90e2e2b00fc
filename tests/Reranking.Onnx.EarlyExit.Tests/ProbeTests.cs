using Reranking.Onnx.EarlyExit.Fitting;
using Reranking.Onnx.Models;
using Reranking.Onnx.Scoring;

namespace Reranking.Onnx.EarlyExit.Tests;

/// <summary>The arithmetic of the probes: what they read, and how they are fitted.</summary>
public sealed class ProbeTests
{
    [Fact]
    public void Compute_SmallStates_GivesTheFeaturesInTheirOrder()
    {
        // [CLS] q q [SEP] d d d [SEP], two numbers a token.
        float[] states = [9, 8, 1, 0, 0, 1, 70, 70, 3, 4, 1, 0, -1, 0, 90, 90];
        float[] features = new float[EarlyExitFile.FeatureCount(2)];

        ExitFeatures.Compute(states, 2, 1..3, 4..7, features);

        // The tokens of the query are matched by (1, 0), cosine 1, and (3, 4), cosine 0.8.
        Assert.Equal([9, 8, 1, 4 / 3f, 0.5f, 0.5f, 0.5f, 2 / 3f, 0.5f, 5 / 6f, 0.9f], features.Select(value => (float)Math.Round(value, 6)), Near);
    }

    [Theory]
    [InlineData(1, 1, 2, 4)]   // no query
    [InlineData(1, 2, 3, 3)]   // no document
    [InlineData(1, 1, 2, 2)]
    public void Compute_NoTokens_GivesFiniteFeatures(int queryStart, int queryEnd, int documentStart, int documentEnd)
    {
        float[] features = new float[EarlyExitFile.FeatureCount(2)];

        ExitFeatures.Compute([9, 8, 1, 0, 0, 0, 0, 0], 2, queryStart..queryEnd, documentStart..documentEnd, features);

        Assert.All(features, value => Assert.True(float.IsFinite(value)));
        Assert.Equal(0, features[^1]);
    }

    [Fact]
    public void Solve_LinearTargets_FindsTheWeights()
    {
        (float[][] features, double[] targets) = Sample(500, noise: 0);
        var equations = new NormalEquations(4);
        equations.Add(features, targets);

        (float[] weights, double bias) = equations.Solve(1e-9);

        Assert.Equal([2f, -1f, 0.5f, 0f], weights, Near);
        Assert.Equal(7, bias, 4);
    }

    [Fact]
    public void Solve_MoreRidge_ShrinksTheWeights()
    {
        (float[][] features, double[] targets) = Sample(50, noise: 1);
        var equations = new NormalEquations(4);
        equations.Add(features, targets);

        double[] lengths = [.. new[] { 0.001, 0.1, 1, 10 }.Select(ridge => equations.Solve(ridge).Weights.Sum(weight => (double)weight * weight))];

        Assert.Equal(lengths.OrderDescending(), lengths);
    }

    [Fact]
    public void Write_Read_GoesOnAsIfNothingHadHappened()
    {
        (float[][] features, double[] targets) = Sample(100, noise: 1);
        var whole = new NormalEquations(4);
        whole.Add(features[..60], targets[..60]);
        using var bytes = new MemoryStream();
        using (var writer = new BinaryWriter(bytes, System.Text.Encoding.UTF8, leaveOpen: true))
        {
            whole.Write(writer);
        }

        whole.Add(features[60..], targets[60..]);
        var resumed = new NormalEquations(4);
        bytes.Position = 0;
        using var reader = new BinaryReader(bytes);
        resumed.Read(reader);
        resumed.Add(features[60..], targets[60..]);

        Assert.Equal(100, resumed.Count);
        Assert.Equal(whole.Solve(0.1).Weights, resumed.Solve(0.1).Weights);
    }

    [Fact]
    public void Choose_ProbesThatAreRight_TakesTheCheapestPlanThatKeepsTheBest()
    {
        var choice = new PlanChoice([2, 5], 12);
        double[] logits = [.. Enumerable.Range(0, 100).Select(i => (double)i)];
        int[] tokens = [.. Enumerable.Repeat(100, 100)];
        choice.Add(new HeldOutQuery(logits, tokens, [logits, logits]));

        PlannedExit planned = choice.Choose(maxLoss: 0);

        Assert.Equal(1, planned.Agreement);
        Assert.Equal(2, planned.Plan.Steps[0].Layer);
        Assert.InRange(planned.Time, 0.2, 0.35);
    }

    [Fact]
    public void Choose_ProbesThatKnowNothing_LosesLittleByKeepingMany()
    {
        var choice = new PlanChoice([2, 5], 12);
        var random = new Random(1);
        for (int query = 0; query < 20; query++)
        {
            double[] logits = [.. Enumerable.Range(0, 100).Select(_ => random.NextDouble())];
            double[] guesses = [.. logits.Select(_ => random.NextDouble())];
            choice.Add(new HeldOutQuery(logits, [.. Enumerable.Repeat(100, 100)], [guesses, guesses]));
        }

        Assert.InRange(choice.Choose(maxLoss: 0.15).Time, 0.85, 1);
        Assert.InRange(choice.Choose(maxLoss: 0).Agreement, 0.85, 0.95);   // none is good enough, so that which loses least
    }

    private static bool Near(float expected, float actual) => Math.Abs(expected - actual) < 1e-3;

    private static (float[][] Features, double[] Targets) Sample(int count, double noise)
    {
        var random = new Random(1);
        float[][] features = [.. Enumerable.Range(0, count).Select(_ => new[]
        {
            random.NextSingle(), random.NextSingle() + 5, random.NextSingle() * 3, 1f,   // the last never varies
        })];
        return (features, [.. features.Select(row => (2.0 * row[0]) - row[1] + (0.5 * row[2]) + 7 + (noise * (random.NextDouble() - 0.5)))]);
    }
}
