using System.Runtime.InteropServices;
using System.Text.Json;
using Reranking.Onnx.Models;
using Reranking.Onnx.Tests;

namespace Reranking.Onnx.EarlyExit.Tests;

/// <summary>The early exit that comes with the bundled model is what its probes and its graph make.</summary>
[Collection(EarlyExitModels.Collection)]
public sealed class BundledEarlyExitTests
{
    /// <summary>How many a request wants reaches the model: five wanted results keep fewer than fifty.</summary>
    [Fact]
    public async Task RerankAsync_FewerWanted_SendsMoreAway()
    {
        using var scorer = new OnnxRelevanceScorer(new OnnxScorerOptions { EarlyExit = "On" });
        var reranker = new Reranker(scorer);
        string[] documents = [.. TestModels.FixturePairs.Take(50).Select((pair, i) => $"{i} {pair.Document[..Math.Min(60, pair.Document.Length)]}")];
        EarlyExitPlan plan = EarlyExitPlan.TryParse("2:60 5:25")!;
        foreach (int topN in (int[])[1, 5, 20, 50])
        {
            RerankingResult<string> result = await reranker.RerankAsync(
                "a query", documents, new RerankingOptions { TopN = topN, CandidateCount = 50, Timeout = TimeSpan.FromMinutes(5) });

            Assert.Equal(50 - plan.Steps[^1].CountOf(50, topN), result.EstimatedCount);
        }
    }

    [Fact]
    public void Bundled_CutAnewFromItsProbes_IsWhatIsCommitted()
    {
        string? probes = Path.GetDirectoryName(SharedData.Find("models", "early-exit", "probe_bias.json"));
        Assert.SkipUnless(probes is not null, "The probes as they were fitted are not part of the repository; early-exit.f32 holds their numbers.");
        using TemporaryFolder folder = EarlyExitModels.CopyBundled();
        using JsonDocument biases = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(probes!, "probe_bias.json")));
        using (ModelCut cut = ModelCut.Create(EarlyExitModels.Open(folder.Path), [2, 5]))
        {
            cut.Write(
                [.. cut.Layers.Select(layer => new EarlyExitProbe(
                    layer,
                    MemoryMarshal.Cast<byte, float>(File.ReadAllBytes(Path.Combine(probes!, $"probe{layer}.f32"))).ToArray(),
                    biases.RootElement.GetProperty($"{layer}").GetDouble(),
                    Error: 0))],
                EarlyExitPlan.TryParse("2:60 5:25")!,
                measured: null);
        }

        foreach (string file in Directory.EnumerateFiles(TestModels.Bundled, "early-exit.*"))
        {
            Assert.True(File.ReadAllBytes(file).AsSpan().SequenceEqual(File.ReadAllBytes(folder.File(Path.GetFileName(file)))), Path.GetFileName(file));
        }
    }
}
