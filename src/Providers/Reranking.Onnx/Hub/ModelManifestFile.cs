namespace Reranking.Onnx.Hub;

/// <summary>A file of a manifest.</summary>
internal sealed record ModelManifestFile
{
    public required string Path { get; init; }

    public required long Length { get; init; }

    public required string Sha256 { get; init; }

    /// <summary>Gets who vouched for the hash when the file came.</summary>
    public required ModelFileTrust Trust { get; init; }
}
