using CsCheck;
using Reranking.Onnx.EarlyExit.Fitting;
using Reranking.Onnx.Models;
using Reranking.Onnx.Tests;

namespace Reranking.Onnx.EarlyExit.Tests;

/// <summary>The parts that fitting is made of, by themselves.</summary>
public sealed class FittingTests
{
    private static readonly string[] Words = ["red", "green", "blue", "black", "white", "grey", "pink"];

    private static readonly Gen<string[]> Texts = Gen.Int[0, Words.Length - 1].Select(static i => Words[i])
        .Array[1, 12].Select(static words => string.Join(' ', words)).Array[1, 30];

    [Fact]
    public void Find_AnyPassages_AreThoseOfBm25AndThenOthersWithoutRepetition() => Gen.Select(Texts, Texts, Gen.Int[1, 30]).Sample(sample =>
    {
        (string[] passages, string[] queries, int count) = sample;
        var search = new PassageSearch(passages);

        int[] found = search.Find(queries[0], Math.Min(count, passages.Length), new Random(1));

        Assert.Equal(Math.Min(count, passages.Length), found.Length);
        Assert.Equal(found.Length, found.Distinct().Count());
        double[] expected = Bm25(passages, queries[0]);
        int matching = expected.Count(static score => score > 0);
        for (int i = 1; i < Math.Min(matching, found.Length); i++)
        {
            Assert.True(expected[found[i - 1]] >= expected[found[i]] - 1e-9);
        }

        Assert.All(found.Take(matching), passage => Assert.True(expected[passage] > 0));
    });

    [Fact]
    public void Find_WordsInAnyCaseAndPunctuation_Match()
    {
        var search = new PassageSearch(["nothing here", "Reset-Password: now!", "other"]);

        Assert.Equal(1, search.Find("how to reset a PASSWORD?", 3, new Random(1))[0]);
        Assert.Equal([0, 1, 2], search.Find("", 3, new Random(1)).Order());
    }

    [Fact]
    public void Cut_SameSeed_GivesTheSamePartsOfThePassages()
    {
        string[] passages =
        [
            .. Enumerable.Range(0, 50).Select(static i =>
                $"# Heading {i} of the manual\nTo open valve {i}, turn the red wheel to the left. Then wait {i} minutes; check it."),
        ];

        IReadOnlyList<string> queries = QueryCutter.Cut(passages, 80, new Random(3));

        Assert.Equal(queries, QueryCutter.Cut(passages, 80, new Random(3)));
        Assert.NotEqual(queries, QueryCutter.Cut(passages, 80, new Random(4)));
        Assert.Equal(80, queries.Count);
        Assert.Equal(80, queries.Distinct(StringComparer.OrdinalIgnoreCase).Count());
        Assert.All(queries, query =>
        {
            Assert.InRange(query.Split(' ').Length, 2, 12);
            Assert.Contains(passages, passage => passage.Contains(query, StringComparison.Ordinal));
        });
    }

    [Theory]
    [InlineData("")]
    [InlineData("a")]
    [InlineData("... !!! ???")]
    public void Cut_PassagesWithoutASentence_GiveNoQuery(string passage) => Assert.Empty(QueryCutter.Cut([passage, passage], 10, new Random(1)));

    [Fact]
    public void TryLoad_WhatWasSaved_IsTheSame()
    {
        using var folder = new TemporaryFolder();
        NormalEquations[] saved = [Equations(3, seed: 1), Equations(5, seed: 2)];
        var checkpoint = new FittingCheckpoint(folder.File("checkpoint"), FittingCheckpoint.Fingerprint(["a", "b"]));
        checkpoint.Save(17, saved);
        NormalEquations[] loaded = [new(3), new(5)];

        Assert.Equal(17, checkpoint.TryLoad(loaded));

        Assert.Equal(saved.Select(static equation => equation.Solve(0.1).Weights), loaded.Select(static equation => equation.Solve(0.1).Weights));
        Assert.Equal([folder.File("checkpoint")], Directory.EnumerateFiles(folder.Path));
        checkpoint.Delete();
        Assert.Empty(Directory.EnumerateFiles(folder.Path));
        Assert.Equal(0, checkpoint.TryLoad(loaded));
    }

    [Theory]
    [InlineData(-1, 0)]      // cut
    [InlineData(1, 0)]       // longer
    [InlineData(0, 1)]       // another magic number
    [InlineData(0, 10)]      // another fingerprint
    public void TryLoad_AnotherFile_StartsAnew(int longer, int changedByte)
    {
        using var folder = new TemporaryFolder();
        string path = folder.File("checkpoint");
        var checkpoint = new FittingCheckpoint(path, FittingCheckpoint.Fingerprint(["a"]));
        checkpoint.Save(17, [Equations(3, seed: 1)]);
        byte[] bytes = File.ReadAllBytes(path);
        Array.Resize(ref bytes, bytes.Length + longer);
        if (changedByte > 0)
        {
            bytes[changedByte] ^= 1;
        }

        File.WriteAllBytes(path, bytes);

        Assert.Equal(0, checkpoint.TryLoad([new NormalEquations(3)]));
    }

    // A kill leaves the file of the last save, and possibly a part of the next one under another name.
    [Fact]
    public void Resume_KilledAnywhere_EndsAsIfItHadNotBeen()
    {
        const int Queries = 3;
        byte[] unbroken = Sums(Fit(checkpoint: null, from: 0, to: Queries));
        using var folder = new TemporaryFolder();
        string path = folder.File("checkpoint");
        var checkpoint = new FittingCheckpoint(path, FittingCheckpoint.Fingerprint(["a"]));
        for (int saved = 0; saved <= Queries; saved++)
        {
            checkpoint.Delete();
            if (saved > 0)
            {
                Fit(checkpoint, from: 0, to: saved);
            }

            byte[]? before = File.Exists(path) ? File.ReadAllBytes(path) : null;
            byte[] next = Next();
            foreach (int written in (int[])[-1, 0, next.Length / 2, next.Length])
            {
                Restore(path, before);
                Restore(path + ".tmp", written < 0 ? null : next[..written]);

                Assert.Equal(unbroken, Sums(Fit(checkpoint, from: saved, to: Queries)));
            }

            byte[] Next()
            {
                Fit(checkpoint, from: saved, to: Math.Min(saved + 1, Queries));
                return File.Exists(path) ? File.ReadAllBytes(path) : [];
            }
        }
    }

    [Fact]
    public void Save_FailsAndIsTriedAgain_CountsNoQueryTwice()
    {
        using var folder = new TemporaryFolder();
        string missing = folder.File("missing");
        var checkpoint = new FittingCheckpoint(Path.Combine(missing, "checkpoint"), FittingCheckpoint.Fingerprint(["a"]));
        NormalEquations[] equations = [new(3), new(3)];
        var state = new FittingState(equations, checkpoint);
        state.Add(Taught(0));
        Assert.Throws<DirectoryNotFoundException>(state.Save);
        Directory.CreateDirectory(missing);
        state.Save();

        Assert.Equal(Sums(Fit(checkpoint: null, from: 0, to: 3)), Sums(Fit(checkpoint, from: 1, to: 3)));
    }

    [Fact]
    public void Save_QueryAddedToSomeOfTheSums_LeavesTheFile()
    {
        using var folder = new TemporaryFolder();
        var checkpoint = new FittingCheckpoint(folder.File("checkpoint"), FittingCheckpoint.Fingerprint(["a"]));
        Fit(checkpoint, from: 0, to: 1);
        var state = new FittingState([new(3), new(3)], checkpoint);
        TaughtPairs pairs = Taught(1);
        Assert.ThrowsAny<Exception>(() => state.Add(pairs with { Features = [pairs.Features[0], []], Logits = null! }));
        Assert.Throws<InvalidOperationException>(() => state.Add(pairs));   // half of the query is in the sums already
        state.Save();

        Assert.Equal(Sums(Fit(checkpoint: null, from: 0, to: 3)), Sums(Fit(checkpoint, from: 1, to: 3)));
    }

    [Fact]
    public void Fingerprint_PartsThatJoinToTheSame_Differ()
    {
        Assert.NotEqual(FittingCheckpoint.Fingerprint(["ab", "c"]), FittingCheckpoint.Fingerprint(["a", "bc"]));
        Assert.NotEqual(FittingCheckpoint.Fingerprint([""]), FittingCheckpoint.Fingerprint([]));
        Assert.Equal(FittingCheckpoint.Fingerprint(["ab", "c"]), FittingCheckpoint.Fingerprint(["ab", "c"]));
    }

    [Fact]
    public void Solve_AddedInAnyPortions_IsTheSame() => Gen.Int[1, 39].Sample(cut =>
    {
        (float[][] rows, double[] targets) = Pairs(40, 4, seed: 5);
        var whole = new NormalEquations(4);
        whole.Add(rows, targets);
        var parts = new NormalEquations(4);
        parts.Add(rows[..cut], targets[..cut]);
        parts.Add(rows[cut..], targets[cut..]);

        Assert.Equal(40, parts.Count);
        (float[] expected, double bias) = whole.Solve(0.01);
        (float[] weights, double otherBias) = parts.Solve(0.01);
        Assert.All(expected, (weight, i) => Assert.Equal(weight, weights[i], 1e-5f));
        Assert.Equal(bias, otherBias, 1e-9);
    });

    [Fact]
    public void Solve_FeatureThatNeverVaries_HasNoPart()
    {
        float[][] rows = [.. Enumerable.Range(0, 30).Select(static i => new float[] { i, 7 })];
        var equations = new NormalEquations(2);
        equations.Add(rows, [.. rows.Select(static row => (2.0 * row[0]) + 1)]);

        (float[] weights, double bias) = equations.Solve(ridge: 0);

        Assert.Equal(2, weights[0], 1e-3f);
        Assert.Equal(31, (weights[0] * 15) + (weights[1] * 7) + bias, 1e-2);
    }

    [Theory]
    [InlineData(new double[] { 3, 1, 4, 2 }, 1, 0.9)]    // 2, 0 and 3 stay, and 0 is the best
    [InlineData(new double[] { 1, 3, 4, 2 }, 0, 0.95)]   // 2, 1 and 3 stay
    public void Measure_OneExit_CountsWhoStaysAndTheWork(double[] estimates, double agreement, double time)
    {
        // Four documents of 10, 20, 30 and 40 tokens, of which one is wanted: three stay after the first of two layers.
        var choice = new PlanChoice([1], layerCount: 2);
        choice.Add(new HeldOutQuery([4, 3, 2, 1], [10, 20, 30, 40], [estimates]));
        EarlyExitPlan plan = EarlyExitPlan.TryParse("1:50")!;
        Assert.Equal(3, plan.Steps[0].CountOf(4, topN: 1));

        PlannedExit half = choice.Measure(plan, wanted: 1);

        Assert.Equal(agreement, half.Agreement);
        Assert.Equal(time, half.Time, 1e-12);
    }

    private static NormalEquations[] Fit(FittingCheckpoint? checkpoint, int from, int to)
    {
        NormalEquations[] equations = [new(3), new(3)];
        var state = new FittingState(equations, checkpoint);
        Assert.Equal(from, state.Done);
        while (state.Done < to)
        {
            state.Add(Taught(state.Done));
        }

        if (to > 0)
        {
            state.Save();
        }

        return equations;
    }

    private static TaughtPairs Taught(int query)
    {
        (float[][] first, double[] targets) = Pairs(4, 3, seed: query);
        return new TaughtPairs([first, Pairs(4, 3, seed: query + 100).Rows], targets, [1, 1, 1, 1]);
    }

    private static byte[] Sums(NormalEquations[] equations)
    {
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream);
        foreach (NormalEquations equation in equations)
        {
            equation.Write(writer);
        }

        writer.Flush();
        return stream.ToArray();
    }

    private static void Restore(string path, byte[]? content)
    {
        File.Delete(path);
        if (content is not null)
        {
            File.WriteAllBytes(path, content);
        }
    }

    private static NormalEquations Equations(int size, int seed)
    {
        (float[][] rows, double[] targets) = Pairs(20, size, seed);
        var equations = new NormalEquations(size);
        equations.Add(rows, targets);
        return equations;
    }

    private static (float[][] Rows, double[] Targets) Pairs(int count, int size, int seed)
    {
        var random = new Random(seed);
        float[][] rows = [.. Enumerable.Range(0, count).Select(_ => Enumerable.Range(0, size).Select(_ => random.NextSingle()).ToArray())];
        return (rows, [.. rows.Select(row => row.Select(static (value, i) => value * i).Sum() + random.NextDouble())]);
    }

    // As the textbook has it, with a scan for each word.
    private static double[] Bm25(string[] passages, string query)
    {
        double mean = passages.Average(static passage => passage.Split(' ').Length);
        return [.. passages.Select(passage => query.Split(' ').Distinct().Sum(word =>
        {
            int containing = passages.Count(other => other.Split(' ').Contains(word));
            int found = passage.Split(' ').Count(other => other == word);
            double rarity = Math.Log(1 + ((passages.Length - containing + 0.5) / (containing + 0.5)));
            return rarity * found / (found + (0.9 * (1 - 0.4 + (0.4 * passage.Split(' ').Length / mean))));
        }))];
    }
}
