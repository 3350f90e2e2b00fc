using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Reranking.Onnx.Models;

/// <summary>
/// What tells two setups of a model apart that score differently: a hash of its files, and of the settings and the arithmetic that change a score.
/// </summary>
/// <remarks>
/// Thread-safe. It reads all of the model, once, when it is first asked for, whether the model is loaded or not; after a failure the next call tries
/// again. Files that are exchanged after that belong to a new scorer.
/// </remarks>
/// <param name="options">The settings.</param>
/// <param name="openFolder">Returns the folder, or <see langword="null"/> as long as the model has not been fetched.</param>
internal sealed class ModelRevision(OnnxScorerOptions options, Func<ModelFolder?> openFolder)
{
    private const int Length = 16;

    private readonly object _lock = new();
    private string? _value;

    /// <summary>Gets the revision.</summary>
    /// <value>
    /// 16 hexadecimal digits, or <see langword="null"/> as long as the model has not been fetched: a name alone can stand for other weights tomorrow.
    /// </value>
    /// <exception cref="RelevanceScoringException">The folder or a file is missing or damaged.</exception>
    public string? Value
    {
        get
        {
            lock (_lock)
            {
                return _value ??= openFolder() is { } folder ? Compute(folder, options) : null;
            }
        }
    }

    private static string Compute(ModelFolder folder, OnnxScorerOptions options)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        string root = Path.GetDirectoryName(folder.ModelFile)!;
        try
        {
            string[] files =
                [folder.ModelFile, folder.TokenizerFile, folder.ConfigFile, .. folder.FindExternalData(), .. ModularHeadReader.FilesOf(folder)];
            foreach (string file in files)
            {
                using FileStream stream = File.OpenRead(file);
                Append(hash, Path.GetRelativePath(root, file).Replace('\\', '/'));
                hash.AppendData(SHA256.HashData(stream));
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new RelevanceScoringException(
                $"The files of model '{folder.ModelId}' in '{folder.Path}' can't be read: {exception.Message} Check {options.ModelSetting}.", exception);
        }

        Append(hash, ModelCalibration.Read(folder, options)?.ToJson());

        // Quantized models round differently where the processor has other instructions for them.
        Append(hash, options.ExecutionProvider == OnnxExecutionProvider.Cpu ? CpuFeatures.Int8InstructionSet : null);
        Append(hash, options.ExecutionProvider.ToString());
        Append(hash, ModelProfile.ResolveMaxTokens(folder, ModelConfiguration.Read(folder)).ToString(CultureInfo.InvariantCulture));
        foreach (string? setting in options.ScoreSettings)
        {
            Append(hash, setting);
        }

        return Convert.ToHexString(hash.GetHashAndReset())[..Length];
    }

    // The length first, so that parts can't run into each other; none is another part than an empty one.
    private static void Append(IncrementalHash hash, string? part)
    {
        Span<byte> length = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(length, part?.Length ?? -1);
        hash.AppendData(length);
        hash.AppendData(MemoryMarshal.AsBytes(part.AsSpan()));
    }
}
