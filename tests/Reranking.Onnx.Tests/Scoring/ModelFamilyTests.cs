using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.Json;
using Reranking.Onnx.Engine;
using Reranking.Onnx.Pairs;
using Reranking.Onnx.Scoring;

namespace Reranking.Onnx.Tests;

/// <summary>Every family of cross-encoders over 150 hard pairs: the tokens and the logits are those of the reference, alone and in padded batches.</summary>
public sealed class ModelFamilyTests
{
    [Theory]
    [InlineData("roberta", 1)]
    [InlineData("modernbert", 2)]
    [InlineData("xlm-roberta", 2)]
    [InlineData("deberta-v3", 3)]
    [InlineData("modernbert", 1, Explicit = true)]   // half a minute each where processors are slow
    [InlineData("xlm-roberta", 1, Explicit = true)]
    [InlineData("deberta-v3", 1, Explicit = true)]
    public async Task ScoreAsync_SequenceClassification_GivesTheGoldenLogits(string family, int every)
    {
        using TemporaryFolder folder = TestModels.Unpack(family + "/model");
        await AssertGoldenAsync(folder, family, every);
    }

    [Theory]
    [InlineData("modernbert-modular", 2)]
    [InlineData("modernbert-modular-float16", 4)]
    [InlineData("modernbert-modular-bfloat16", 4)]
    [InlineData("modernbert-modular-mean", 4)]
    [InlineData("modernbert-modular-old-names", 4)]
    public async Task ScoreAsync_HeadBesideTheGraph_GivesTheGoldenLogits(string model, int every = 1)
    {
        // The graph is the same in all of them.
        using TemporaryFolder folder = TestModels.UnpackModular(model);
        await AssertGoldenAsync(folder, model, every);
    }

    private static async Task AssertGoldenAsync(TemporaryFolder folder, string family, int every = 1)
    {
        using CrossEncoder encoder = TestModels.LoadEncoder(folder.Path);
        var check = new GoldenCheck();

        foreach (Request request in Request.ReadAll(family).Where((_, i) => i % every == 0))
        {
            RelevanceScores alone = await encoder.ScoreAsync(request.Query, request.Documents, CancellationToken.None);
            using PairInputs inputs = PairInputs.Encode(encoder.Format, request.Query, request.Documents, CancellationToken.None);
            RelevanceScores batched = await encoder.ScoreAsync(inputs, RunPlan.Batches(inputs.Inputs, 8192), CancellationToken.None);

            for (int i = 0; i < request.Documents.Length; i++)
            {
                double expected = request.Golden[i].GetProperty("logits")[0].GetDouble();
                check.Equal(request.Pairs[i], "tokens", request.Golden[i].GetProperty("tokens").GetInt32(), alone[i].TokenCount);
                check.Near(request.Pairs[i], "logit alone", expected, alone[i].RawValue, 1e-4);
                check.Near(request.Pairs[i], "logit in a batch", expected, batched[i].RawValue, 1e-4);
            }
        }

        check.AssertNoDifference();
    }

    [Theory]
    [InlineData("qwen3-reranker", "qwen3-reranker", "Qwen3", 5)]
    [InlineData("qwen3-reranker-past", "qwen3-reranker", "qwen3", 16)]
    [InlineData("mxbai-rerank-v2", "mxbai-rerank-v2", "MxbaiV2", 6)]
    [InlineData("qwen3-reranker", "qwen3-reranker", "Qwen3", 1, Explicit = true)]   // minutes each: a vocabulary of logits for every token
    [InlineData("qwen3-reranker-past", "qwen3-reranker", "qwen3", 1, Explicit = true)]
    [InlineData("mxbai-rerank-v2", "mxbai-rerank-v2", "MxbaiV2", 1, Explicit = true)]
    public async Task ScoreAsync_LanguageModel_GivesTheGoldenTokensAndLogits(string model, string golden, string prompt, int every)
    {
        using TemporaryFolder folder = TestModels.Unpack(model + "/model");
        using CrossEncoder encoder = TestModels.LoadEncoder(folder.Path, options => options.Prompt = prompt);
        var check = new GoldenCheck();
        bool isQwen3 = golden == "qwen3-reranker";
        int yes = encoder.Format.Tokenizer.FindId(isQwen3 ? "yes" : "1")!.Value;
        int no = encoder.Format.Tokenizer.FindId(isQwen3 ? "no" : "0")!.Value;

        foreach (Request request in Request.ReadAll(golden).Where((_, i) => i % every == 0))
        {
            RelevanceScores alone = await encoder.ScoreAsync(request.Query, request.Documents, CancellationToken.None);
            using PairInputs inputs = PairInputs.Encode(encoder.Format, request.Query, request.Documents, CancellationToken.None);

            // The others are alone in their batch.
            int[] batchable = [.. Enumerable.Range(0, inputs.Inputs.Count).Where(i => inputs.Inputs.Length(i) <= encoder.Engine.MaxBatchTokens / 2)];
            using PairInputs shorter = PairInputs.Encode(
                encoder.Format, request.Query, [.. batchable.Select(i => request.Documents[i])], CancellationToken.None);
            RunPlan plan = RunPlan.Batches(shorter.Inputs, encoder.Engine.MaxBatchTokens);
            var batched = new (double No, double Yes)[shorter.Inputs.Count];
            await encoder.Engine.RunAsync(shorter.Inputs, plan, (index, _, logits) => batched[index] = (logits[no], logits[yes]), CancellationToken.None);
            Assert.InRange(plan.Count, 1, shorter.Inputs.Count / 3);

            for (int i = 0; i < request.Documents.Length; i++)
            {
                JsonElement expected = request.Golden[i];
                double expectedNo = expected.GetProperty("logit_no").GetDouble();
                double expectedYes = expected.GetProperty("logit_yes").GetDouble();
                int pair = request.Pairs[i];
                check.Equal(pair, "hash of the ids", expected.GetProperty("ids_sha256").GetString(), Sha256(Ids(inputs, i)));
                check.Equal(pair, "tokens", expected.GetProperty("tokens").GetInt32(), alone[i].TokenCount);
                check.Near(pair, "raw score", expectedYes - expectedNo, alone[i].RawValue, 1e-3);
                check.Near(pair, "score", 1 / (1 + Math.Exp(expectedNo - expectedYes)), alone[i].Value, 1e-3);
                if (Array.IndexOf(batchable, i) is >= 0 and int row)
                {
                    check.Near(pair, "logit of no in a batch", expectedNo, batched[row].No, 1e-3);
                    check.Near(pair, "logit of yes in a batch", expectedYes, batched[row].Yes, 1e-3);
                }
            }
        }

        check.AssertNoDifference();
    }

    [Theory]
    [InlineData("bert", 512)]
    [InlineData("roberta", 512)]
    [InlineData("xlm-roberta", 512)]
    [InlineData("deberta-v3", 512)]
    [InlineData("modernbert", 8192)]
    public async Task ScoreAsync_DocumentAtTheLimit_IsReadWholeAndOneTokenMoreIsCut(string family, int limit)
    {
        using TemporaryFolder folder = TestModels.Unpack(family + "/model");
        using CrossEncoder encoder = TestModels.LoadEncoder(folder.Path);
        string fits = Words(encoder.Format.RoomForDocument(new PairQuery("a")));   // each word is a token
        using PairInputs inputs = PairInputs.Encode(encoder.Format, new PairQuery("a"), [fits, fits + " a"], CancellationToken.None);

        RelevanceScores scores = await encoder.ScoreAsync(new PairQuery("a"), [fits], CancellationToken.None);

        Assert.Equal(limit, encoder.Profile.MaxTokens);
        Assert.Equal((limit, false), (scores[0].TokenCount, scores[0].IsTruncated));   // the graph reads that many
        Assert.Equal([false, true], [inputs.IsTruncated(0), inputs.IsTruncated(1)]);
        Assert.Equal(Ids(inputs, 0), Ids(inputs, 1));
    }

    internal static long[] Ids(PairInputs inputs, int index) => inputs.Inputs.Ids(index).ToArray();

    private static string Words(int count) => string.Join(' ', Enumerable.Repeat("a", count));

    private static string Sha256(long[] ids) => Convert.ToHexStringLower(SHA256.HashData(MemoryMarshal.AsBytes<int>(ids.Select(id => (int)id).ToArray())));

    private sealed record Request(PairQuery Query, int[] Pairs, string[] Documents, JsonElement[] Golden)
    {
        public static IEnumerable<Request> ReadAll(string family) =>
            TestModels.FixturePairs.Zip(TestModels.ReadGolden(family), Enumerable.Range(0, int.MaxValue))
                .GroupBy(item => item.First.Query)
                .Select(group => new Request(
                    new PairQuery(group.Key),
                    [.. group.Select(item => item.Third)],
                    [.. group.Select(item => item.First.Document)],
                    [.. group.Select(item => item.Second)]));
    }
}
