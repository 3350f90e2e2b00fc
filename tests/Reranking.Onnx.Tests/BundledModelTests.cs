using System.Buffers.Binary;
using System.Security.Cryptography;
using Reranking.Onnx.Pairs;
using Reranking.Onnx.Scoring;

namespace Reranking.Onnx.Tests;

/// <summary>The model that is shipped, against the reference's tokens and scores.</summary>
public sealed class BundledModelTests : IDisposable
{
    private readonly OnnxRelevanceScorer _scorer = new();

    public void Dispose() => _scorer.Dispose();

    [Fact]
    public async Task ScoreAsync_PasswordQuestion_PutsTheAnsweringPassageFirst()
    {
        RelevanceScores scores = await _scorer.ScoreAsync(
            "How do I reset my password?",
            [
                "Password Security Best Practices. Use at least 14 characters and never reuse a password.",
                "Password Reset Guide. Open the sign-in page, choose 'Forgot password' and follow the link that we e-mail you.",
                "Refund policy. You may return a device within 30 days.",
            ]);

        Assert.True(scores[1].RawValue > scores[0].RawValue && scores[0].RawValue > scores[2].RawValue);
        Assert.InRange(scores[1].Value, 0.9, 1);
        Assert.InRange(scores[2].Value, 0, 0.01);
        Assert.Equal("ms-marco-MiniLM-L-12-v2-int8", scores.ModelId);
    }

    [Fact]
    public void Encode_AllPairsOfDl19_GivesTheTokensOfTheReference()
    {
        Assert.SkipUnless(Dl19.IsPresent, Dl19.SkipReason);
        using CrossEncoder encoder = TestModels.LoadEncoder(TestModels.Bundled);
        int pairs = 0;

        foreach ((Dl19.Query query, Dl19.Golden golden) in Dl19.ReadQueries().Zip(Dl19.ReadGolden()))
        {
            using PairInputs inputs = PairInputs.Encode(encoder.Format, new PairQuery(query.Text), query.Documents, CancellationToken.None);
            using var sha256 = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            byte[] littleEndian = new byte[4];
            for (int i = 0; i < inputs.Inputs.Count; i++)
            {
                foreach (long id in inputs.Inputs.Ids(i))
                {
                    BinaryPrimitives.WriteInt32LittleEndian(littleEndian, (int)id);
                    sha256.AppendData(littleEndian);
                }
            }

            pairs += inputs.Inputs.Count;
            Assert.Equal(golden.Tokens, Enumerable.Range(0, inputs.Inputs.Count).Select(inputs.Inputs.Length));
            Assert.Equal(golden.IdsSha256, Convert.ToHexStringLower(sha256.GetHashAndReset()));
        }

        Assert.Equal(4300, pairs);
    }

    [Fact]
    public async Task ScoreAsync_EverySeventhQueryOfDl19_GivesTheScoresAndTheNdcgOfTheReference()
    {
        // An explicit test of the evaluation scores them all.
        Assert.SkipUnless(Dl19.IsPresent, Dl19.SkipReason);
        List<double> toInt8 = [];
        List<double> toFp32 = [];
        List<double> ndcg = [];
        List<double> expectedNdcg = [];

        foreach ((Dl19.Query query, Dl19.Golden golden) in Dl19.ReadQueries().Zip(Dl19.ReadGolden()).Where(static (_, i) => i % 7 == 0))
        {
            RelevanceScores scores = await _scorer.ScoreAsync(query.Text, query.Documents);
            toInt8.AddRange(scores.Zip(golden.Int8, (score, logit) => Math.Abs(score.RawValue - logit)));
            toFp32.AddRange(scores.Zip(golden.Fp32, (score, logit) => Math.Abs(score.RawValue - logit)));
            ndcg.Add(Dl19.Ndcg10(query, Enumerable.Range(0, scores.Count).OrderByDescending(i => scores[i].RawValue)));
            expectedNdcg.Add(Dl19.Ndcg10(query, Enumerable.Range(0, scores.Count).OrderByDescending(i => golden.Int8[i])));
        }

        TestContext.Current.TestOutputHelper?.WriteLine(FormattableString.Invariant(
            $"mean absolute difference: {toInt8.Average():0.0000} to int8, {toFp32.Average():0.0000} to fp32; ")
            + FormattableString.Invariant($"NDCG@10 {ndcg.Average():0.0000}, of the reference {expectedNdcg.Average():0.0000}"));
        Assert.Equal(700, toInt8.Count);
        Assert.InRange(toInt8.Average(), 0, 0.10);
        Assert.InRange(toFp32.Average(), 0, 0.20);
        Assert.Equal(expectedNdcg.Average(), ndcg.Average(), 0.01);
    }

    [Fact]
    public async Task ScoreAsync_AloneShuffledAndConcurrent_GivesTheSameBits()
    {
        string query = TestModels.FixturePairs[0].Query;
        string[] documents = [.. TestModels.FixturePairs.Select(pair => pair.Document).Take(16)];
        double[] among = Raw(await _scorer.ScoreAsync(query, documents));

        for (int i = 0; i < documents.Length; i += 5)
        {
            Assert.Equal(among[i], (await _scorer.ScoreAsync(query, documents[i])).RawValue);
        }

        int[] order = [.. Enumerable.Range(0, documents.Length)];
        new Random(17).Shuffle(order);
        Assert.Equal(order.Select(i => among[i]), Raw(await _scorer.ScoreAsync(query, [.. order.Select(i => documents[i])])));

        RelevanceScores[] concurrent = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => _scorer.ScoreAsync(query, documents[..8])));
        Assert.All(concurrent, scores => Assert.Equal(among[..8], Raw(scores)));
    }

    [Fact]
    public void Constructor_RelativePath_IsTakenFromTheFolderOfTheApplication()
    {
        var exception = Assert.Throws<RelevanceScoringException>(() => new OnnxRelevanceScorer(new OnnxScorerOptions { ModelPath = "models/absent" }));

        Assert.Equal(
            $"The model folder '{Path.Combine(AppContext.BaseDirectory, "models", "absent")}' is missing. " +
            "A model folder holds model.onnx, tokenizer.json and config.json. Set OnnxScorerOptions:ModelPath to one.",
            exception.Message);
    }

    private static double[] Raw(RelevanceScores scores) => [.. scores.Select(score => score.RawValue)];
}
