using System.Text.Json;
using System.Text.Json.Serialization;

namespace Reranking.Onnx.Hub;

/// <summary>The content of a folder of the store, written when all of it is there: a folder without it is incomplete.</summary>
internal sealed record ModelManifest
{
    public const string FileName = "reranking-model.json";

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
            return JsonSerializer.Deserialize(File.ReadAllBytes(Path.Combine(folder, FileName)), ModelManifestJsonContext.Default.ModelManifest);
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException or JsonException)
        {
            return null;
        }
    }

    public void Write(string folder) =>
        AtomicFile.WriteAllBytes(Path.Combine(folder, FileName), JsonSerializer.SerializeToUtf8Bytes(this, ModelManifestJsonContext.Default.ModelManifest));
}

/// <summary>A file of a manifest.</summary>
internal sealed record ModelManifestFile
{
    public required string Path { get; init; }

    public required long Length { get; init; }

    public required string Sha256 { get; init; }

    /// <summary>Gets where the hash was from at the download.</summary>
    public required ModelFileTrust Trust { get; init; }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(ModelManifest))]
internal sealed partial class ModelManifestJsonContext : JsonSerializerContext;
