using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Reranking.Onnx.Models;

/// <summary>
/// What tells two setups of a model apart that score differently: a hash of its files, and of the settings and the arithmetic that change a score.
/// </summary>
/// <remarks>
/// Thread-safe. It reads all of the model, once, when it is first asked for, whether the model is loaded or not; after a failure the next call tries
/// again. Files that are exchanged after that belong to a new scorer.
/// </remarks>
/// <param name="options">The settings. As long as a model with a name has not been fetched, they alone tell setups apart.</param>
/// <param name="openFolder">Returns the folder, or <see langword="null"/> as long as the model has not been fetched.</param>
internal sealed class ModelRevision(OnnxScorerOptions options, Func<ModelFolder?> openFolder)
{
    private const int Length = 16;
    private const string Named = "named-";

    private readonly object _lock = new();
    private string? _value;

    /// <summary>Gets the revision.</summary>
    /// <value>16 hexadecimal digits; as long as the model has not been fetched, "named-" and 16 of the name and the settings alone.</value>
    /// <exception cref="RelevanceScoringException">The folder or a file is missing or damaged.</exception>
    public string Value
    {
        get
        {
            lock (_lock)
            {
                return (_value ??= openFolder() is { } folder ? Compute(folder, options) : null) ?? Named + Compute(options);
            }
        }
    }

    private static string Compute(ModelFolder folder, OnnxScorerOptions options)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (string file in (string[])[folder.ModelFile, .. ExternalData(folder.ModelFile), folder.TokenizerFile, folder.ConfigFile])
        {
            using FileStream stream = File.OpenRead(file);
            hash.AppendData(SHA256.HashData(stream));
        }

        // Quantized models round differently where the processor has other instructions for them.
        string arithmetic = options.ExecutionProvider == OnnxExecutionProvider.Cpu ? CpuFeatures.Int8InstructionSet : "";
        int maxTokens = ModelProfile.ResolveMaxTokens(folder, ModelConfiguration.Read(folder));
        hash.AppendData(Encoding.UTF8.GetBytes(
            string.Create(CultureInfo.InvariantCulture, $"{maxTokens} {options.ExecutionProvider} {arithmetic} {options.ScoreSettings}")));
        return Convert.ToHexString(hash.GetHashAndReset())[..Length];
    }

    private static string Compute(OnnxScorerOptions options)
    {
        object?[] settings = [options.Model, options.Revision, options.ModelFile, options.MaxInputTokens, options.ExecutionProvider, options.ScoreSettings];
        string text = string.Join('\n', settings.Select(static value => Convert.ToString(value, CultureInfo.InvariantCulture)));
        return Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..Length];
    }

    // Weights beyond 2 GB lie beside the graph, under the names that the exporters give them.
    private static IEnumerable<string> ExternalData(string modelFile) =>
        new[] { modelFile + ".data", modelFile + "_data", Path.ChangeExtension(modelFile, ".data") }.Where(File.Exists);
}
