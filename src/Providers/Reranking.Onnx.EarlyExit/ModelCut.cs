using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using Reranking.Onnx.EarlyExit.Graphs;
using Reranking.Onnx.Engine;
using Reranking.Onnx.Models;

namespace Reranking.Onnx.EarlyExit;

/// <summary>A model that is being cut: its parts have names for the time being, and get those that are looked for once all is known.</summary>
internal sealed class ModelCut : IDisposable
{
    private const string WeightsName = "early-exit.f32";
    private const string TemporaryPrefix = "early-exit.building-";

    private readonly ModelFolder _folder;
    private readonly string _path;   // of the folder that the ONNX file is in
    private readonly List<string> _temporary = [];

    private ModelCut(ModelFolder folder, IReadOnlyList<int>? layers)
    {
        _folder = folder;
        _path = Path.GetDirectoryName(folder.ModelFile)!;
        OnnxGraph graph = OnnxGraphReader.Read(folder.ModelFile);
        string output = folder.Options.Output ?? graph.Outputs.FirstOrDefault(static value => value.Name == "logits")?.Name ?? graph.Outputs[0].Name;
        var boundaries = LayerBoundaries.Find(graph, output);
        LayerCount = boundaries.Tensors.Count + 1;
        if (LayerCount < 2)
        {
            throw new RelevanceScoringException(
                $"'{folder.ModelFile}' has no tensor between layers that every path to {output} goes through; expected an encoder in one graph. "
                + "Early exit can't be built for it.");
        }

        Layers = layers ?? UsualLayers(LayerCount);
        if (Layers.Count == 0 || Layers.Where((layer, i) => layer <= (i == 0 ? 0 : Layers[i - 1]) || layer >= LayerCount).Any())
        {
            throw new RelevanceScoringException(
                $"'{folder.ModelFile}' has {LayerCount} layers, but {nameof(EarlyExitBuilderOptions.ExitLayers)} is {string.Join(", ", Layers)}; "
                + $"expected increasing numbers from 1 to {LayerCount - 1}.");
        }

        Boundaries = [.. Layers.Select(layer => boundaries.Tensors[layer - 1])];
        try
        {
            var cutter = new GraphCutter(graph, boundaries, output);
            (HiddenSize, IReadOnlySet<string> sameShape) = MeasureShapes(graph, cutter, output);
            foreach (GraphPart part in cutter.Cut(Boundaries, HiddenSize, sameShape))
            {
                OnnxGraphWriter.Write(graph, part, NewTemporary());
            }
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Gets how many layers the model has.</summary>
    public int LayerCount { get; }

    /// <summary>Gets how many numbers a token has between layers.</summary>
    public int HiddenSize { get; }

    /// <summary>Gets the layers after which it is cut.</summary>
    public IReadOnlyList<int> Layers { get; }

    /// <summary>Gets the tensors at which it is cut.</summary>
    public IReadOnlyList<string> Boundaries { get; }

    /// <summary>Gets what tells the model from others.</summary>
    public string Fingerprint => Describe(_folder.ModelFile).Sha256;

    /// <summary>Gets the parts as a model to run, without probes.</summary>
    public EarlyExitFile File => new()
    {
        HiddenSize = HiddenSize,
        LayerCount = LayerCount,
        Parts = _temporary[^(Layers.Count + 1)..],
        Boundaries = Boundaries,
        Probes = [.. Layers.Select(static layer => new EarlyExitProbe(layer, default, 0, 0))],
        Plan = new EarlyExitPlan([]),
    };

    /// <summary>Cuts a model.</summary>
    /// <param name="folder">The model.</param>
    /// <param name="layers">The layers after which to cut, or <see langword="null"/> for the usual ones.</param>
    /// <exception cref="RelevanceScoringException">The model can't be read, or is not an encoder whose layers can be told apart.</exception>
    public static ModelCut Create(ModelFolder folder, IReadOnlyList<int>? layers) => new(folder, layers);

    /// <summary>Writes what a scorer reads: the parts, the probes, and last the file that says that they are complete.</summary>
    /// <param name="probes">The probes, one a cut.</param>
    /// <param name="plan">The plan of <c>On</c>.</param>
    /// <param name="measured">What was measured, if anything was.</param>
    /// <returns>The path of <c>early-exit.json</c>.</returns>
    public string Write(IReadOnlyList<EarlyExitProbe> probes, EarlyExitPlan plan, EarlyExitMeasurement? measured)
    {
        byte[] weights = new byte[probes.Sum(static probe => probe.Weights.Length) * sizeof(float)];
        int position = 0;
        foreach (float weight in probes.SelectMany(static probe => probe.Weights.ToArray()))
        {
            BinaryPrimitives.WriteSingleLittleEndian(weights.AsSpan(position), weight);
            position += sizeof(float);
        }

        string manifestPath = Path.Combine(_path, EarlyExitFile.Name);
        string[] parts = [.. File.Parts];
        var manifest = new EarlyExitManifest
        {
            FormatVersion = EarlyExitFile.FormatVersion,
            Source = Describe(_folder.ModelFile),
            Layers = LayerCount,
            HiddenSize = HiddenSize,
            Features = EarlyExitFile.Features,
            Parts = [.. parts.Select(static (part, index) => Describe(part) with { File = PartName(index) })],
            Exits = [.. probes.Select((probe, index) => new EarlyExitManifestExit(probe.Layer, Boundaries[index], probe.Bias, probe.Error))],
            Weights = new EarlyExitManifestFile(WeightsName, Hash(weights)),
            Plan = plan.ToString(),
            TopN = plan.Steps.Count == 0 ? null : plan.Steps[0].TopN,
            Measured = measured,
        };
        string temporary = NewTemporary();
        System.IO.File.WriteAllBytes(temporary, [.. JsonSerializer.SerializeToUtf8Bytes(manifest, EarlyExitJsonContext.Default.EarlyExitManifest), (byte)'\n']);

        // Gone while the rest changes, so that nobody reads half of the one and half of the other.
        System.IO.File.Delete(manifestPath);
        System.IO.File.WriteAllBytes(Path.Combine(_path, WeightsName), weights);
        for (int i = 0; i < parts.Length; i++)
        {
            System.IO.File.Move(parts[i], Path.Combine(_path, PartName(i)), overwrite: true);
        }

        System.IO.File.Move(temporary, manifestPath);
        return manifestPath;
    }

    public void Dispose() => _temporary.ForEach(static file => System.IO.File.Delete(file));

    private static string PartName(int index) => $"early-exit.part{index + 1}";

    // A sixth and five twelfths: where probes of 12 layers were measured to be worth their cost.
    private static int[] UsualLayers(int count) =>
        [.. ((int[])[(int)Math.Round(count / 6.0), count * 5 / 12]).Select(layer => Math.Clamp(layer, 1, count - 1)).Distinct()];

    private static string Hash(byte[] bytes) => Convert.ToHexString(SHA256.HashData(bytes)).ToLowerInvariant();

    private static EarlyExitManifestFile Describe(string path)
    {
        using FileStream stream = System.IO.File.OpenRead(path);
        return new EarlyExitManifestFile(Path.GetFileName(path), Convert.ToHexString(SHA256.HashData(stream)).ToLowerInvariant());
    }

    // The graph tells names; how large the tensors are is seen when it runs, at two lengths, so that no number is taken for another.
    private (int HiddenSize, IReadOnlySet<string> SameShape) MeasureShapes(OnnxGraph graph, GraphCutter cutter, string output)
    {
        HashSet<string> across = [];
        for (int i = 0; i < Boundaries.Count; i++)
        {
            across.UnionWith(cutter.ShapesAcross(Boundaries[i], i == Boundaries.Count - 1 ? output : Boundaries[i + 1]));
        }

        string[] tensors = [.. Boundaries, .. across.Except(Boundaries)];
        string path = NewTemporary();
        OnnxGraphWriter.Write(graph, cutter.Expose(tensors), path);
        using InferenceSession session = SessionFactory.Open(path, _folder.Options);
        long[][] shorter = Run(session, tensors, length: 8);
        long[][] longer = Run(session, tensors, length: 11);
        for (int i = 0; i < Boundaries.Count; i++)
        {
            if (shorter[i] is not [1, 8, _] || longer[i] is not [1, 11, _] || shorter[i][2] != shorter[0][2])
            {
                throw new RelevanceScoringException(
                    $"'{_folder.ModelFile}' has {Boundaries[i]} after layer {Layers[i]}, of shape [{string.Join(", ", shorter[i])}] for 8 tokens; "
                    + "expected [1, 8, size] floats. Early exit can't be built for it.");
            }
        }

        return ((int)shorter[0][2], tensors.Where((_, i) => shorter[i].SequenceEqual(shorter[0]) && longer[i].SequenceEqual(longer[0])).ToHashSet());
    }

    private static long[][] Run(InferenceSession session, string[] outputs, int length)
    {
        string[] names = [.. session.InputMetadata.Keys];
        long[] shape = [1, length];
        OrtValue[] inputs = Array.ConvertAll(names, name => session.InputMetadata[name].ElementDataType == TensorElementType.Int32
            ? OrtValue.CreateTensorValueFromMemory(Array.ConvertAll(Tokens(name, length), static id => (int)id), shape)
            : OrtValue.CreateTensorValueFromMemory(Tokens(name, length), shape));
        try
        {
            using var options = new RunOptions();
            using IDisposableReadOnlyCollection<OrtValue> results = session.Run(options, names, inputs, outputs);
            return [.. results.Select(static result => result.GetTensorTypeAndShape().ElementDataType == TensorElementType.Float
                ? result.GetTensorTypeAndShape().Shape
                : [])];
        }
        finally
        {
            GraphInputs.Release(inputs);
        }
    }

    private static long[] Tokens(string input, int length) => input switch
    {
        "attention_mask" => [.. Enumerable.Repeat(1L, length)],
        "token_type_ids" => new long[length],
        "position_ids" => [.. Enumerable.Range(2, length).Select(static position => (long)position)],
        _ => [.. Enumerable.Range(3, length).Select(static id => (long)id)],
    };

    private string NewTemporary()
    {
        string path = Path.Combine(_path, TemporaryPrefix + _temporary.Count);
        _temporary.Add(path);
        return path;
    }
}
