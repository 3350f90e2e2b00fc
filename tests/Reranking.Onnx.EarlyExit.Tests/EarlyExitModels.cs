using Reranking.Onnx.Models;
using Reranking.Onnx.Scoring;
using Reranking.Onnx.Tests;

namespace Reranking.Onnx.EarlyExit.Tests;

/// <summary>Models with an early exit whose probes were not fitted to anything.</summary>
internal static class EarlyExitModels
{
    /// <summary>The tests that run models run one after the other: what hidden states take is counted for the whole process.</summary>
    public const string Collection = "Early exit";

    public static ModelFolder Open(string path, string? earlyExit = null) =>
        ModelFolder.Open(path, new OnnxScorerOptions { ModelPath = path, EarlyExit = earlyExit });

    /// <summary>Copies the bundled model without an early exit.</summary>
    public static TemporaryFolder CopyBundled()
    {
        var folder = new TemporaryFolder();
        foreach (string file in Directory.EnumerateFiles(TestModels.Bundled)
            .Where(static file => !Path.GetFileName(file).StartsWith("early-exit", StringComparison.Ordinal)))
        {
            File.Copy(file, folder.File(Path.GetFileName(file)));
        }

        return folder;
    }

    /// <summary>Cuts a model and writes probes whose estimates follow from a seed.</summary>
    public static void Build(string path, int[]? layers = null, string plan = "1:50", int seed = 1)
    {
        using ModelCut cut = ModelCut.Create(Open(path), layers);
        var random = new Random(seed);
        cut.Write(
            [.. cut.Layers.Select(layer => new EarlyExitProbe(
                layer,
                Enumerable.Range(0, EarlyExitFile.FeatureCount(cut.HiddenSize)).Select(_ => (float)(random.NextDouble() - 0.5)).ToArray(),
                Bias: -1,
                Error: 1))],
            EarlyExitPlan.TryParse(plan)!,
            measured: null);
    }

    /// <summary>Loads a model in one piece, or in parts.</summary>
    public static async Task<CrossEncoder> LoadAsync(string path, string? earlyExit)
    {
        OnnxScorerOptions options = new() { ModelPath = path, EarlyExit = earlyExit };
        return await CrossEncoder.LoadAsync(ModelFolder.Open(path, options), options);
    }
}
