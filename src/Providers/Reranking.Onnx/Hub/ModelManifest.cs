using System.Text.Json;
using System.Text.Json.Serialization;

namespace Reranking.Onnx.Hub;

/// <summary>The content of a folder of the store, written when all of it is there: a folder without it is incomplete.</summary>
internal sealed record ModelManifest
{
    public const string FileName = "reranking-model.json";

    private const int MaxFiles = 1_000;
    private const int MaxLength = 1 << 20;

    public required string Model { get; init; }

    public required string Repository { get; init; }

    /// <summary>Gets the revision that was asked for, as <c>main</c>.</summary>
    public required string Revision { get; init; }

    /// <summary>Gets the commit that the endpoint named for it, or <see langword="null"/> if it named none.</summary>
    public required string? Commit { get; init; }

    public required string Endpoint { get; init; }

    public required IReadOnlyList<ModelManifestFile> Files { get; init; }

    public ModelManifestFile? Find(string path) => Files.FirstOrDefault(file => file.Path == path);

    /// <summary>Reads the manifest of a folder; <see langword="null"/> if there is none, or a damaged one.</summary>
    public static ModelManifest? TryRead(string folder)
    {
        try
        {
            using FileStream file = File.OpenRead(Path.Combine(folder, FileName));
            return file.Length <= MaxLength ? Parse(file) : null;
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    /// <summary>Reads a manifest; <see langword="null"/> for anything that the store has not written.</summary>
    public static ModelManifest? Parse(Stream json)
    {
        try
        {
            return JsonSerializer.Deserialize(json, ModelManifestJsonContext.Default.ModelManifest) is { } manifest && manifest.IsSound() ? manifest : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    // "Required" says that a property is there, not that it has a value; and a path may lead elsewhere.
    private bool IsSound() =>
        (object?)Files is not null && Files.Count <= MaxFiles && Files.All(static file => file is not null && file.IsSound())
        && Files.Select(static file => file.Path).Distinct(StringComparer.Ordinal).Count() == Files.Count;

    public void Write(string folder) =>
        AtomicFile.WriteAllBytes(Path.Combine(folder, FileName), JsonSerializer.SerializeToUtf8Bytes(this, ModelManifestJsonContext.Default.ModelManifest));
}

/// <summary>A file of a manifest.</summary>
internal sealed record ModelManifestFile
{
    private const long MaxLength = 1L << 40;

    public required string Path { get; init; }

    public required long Length { get; init; }

    public required string Sha256 { get; init; }

    /// <summary>Gets where the hash was from at the download.</summary>
    public required ModelFileTrust Trust { get; init; }

    /// <summary>Returns whether it names a file within the folder, with a size and a hash that files have.</summary>
    public bool IsSound() =>
        Path is not null && ModelName.IsFile(Path) && Length is >= 0 and <= MaxLength
        && Sha256 is { Length: 64 } && Sha256.All(char.IsAsciiHexDigitLower) && Enum.IsDefined(Trust);
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(ModelManifest))]
internal sealed partial class ModelManifestJsonContext : JsonSerializerContext;
