using System.Buffers.Binary;
using System.Globalization;
using System.Text.Json;
using Reranking.Onnx;
using Reranking.Onnx.EarlyExit;
using Reranking.Onnx.Models;

namespace Reranking.EarlyExit.Tool;

/// <summary>Writes probes that were fitted elsewhere, as those of the bundled model.</summary>
internal static class GivenProbes
{
    public static string Write(EarlyExitBuilderOptions options, string folder, string plan)
    {
        var settings = new OnnxScorerOptions { ModelPath = options.ModelPath };
        using ModelCut cut = ModelCut.Create(ModelFolder.Open(settings.FullModelPath!, settings), options.ExitLayers);
        using JsonDocument biases = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, "probe_bias.json")));
        return cut.Write(
            [.. cut.Layers.Select(layer => new EarlyExitProbe(
                layer,
                ReadWeights(Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"probe{layer}.f32"))),
                biases.RootElement.GetProperty(layer.ToString(CultureInfo.InvariantCulture)).GetDouble(),
                Error: 0))],
            EarlyExitPlan.TryParse(plan) ?? throw new ArgumentException($"--plan is '{plan}'; expected one as 2:60 5:25."),
            measured: null);
    }

    private static float[] ReadWeights(string path)
    {
        byte[] bytes = File.ReadAllBytes(path);
        float[] weights = new float[bytes.Length / sizeof(float)];
        for (int i = 0; i < weights.Length; i++)
        {
            weights[i] = BinaryPrimitives.ReadSingleLittleEndian(bytes.AsSpan(i * sizeof(float)));
        }

        return weights;
    }
}
