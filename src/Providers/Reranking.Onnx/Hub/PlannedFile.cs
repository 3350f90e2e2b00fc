namespace Reranking.Onnx.Hub;

/// <summary>A file to be fetched.</summary>
/// <param name="Path">The path within the repository, which is also the path within the folder.</param>
/// <param name="Sha256">The hash that it has to have, or <see langword="null"/> where nobody knows one yet.</param>
/// <param name="IsOptional">Whether a repository may do without it.</param>
internal sealed record PlannedFile(string Path, string? Sha256, bool IsOptional)
{
    /// <summary>Gets who vouches for the hash.</summary>
    public ModelFileTrust Trust { get; private init; } = ModelFileTrust.Catalog;

    /// <summary>Gets the folder that the hash was written down in when the file first came, or <see langword="null"/> for that of the catalog.</summary>
    public string? WrittenDownIn { get; private init; }

    /// <summary>Holds the file to what came first, unless the catalog knows better.</summary>
    public PlannedFile HeldTo(ModelManifestFile? first, string folder) =>
        first is null || Sha256 is not null ? this : this with { Sha256 = first.Sha256, Trust = first.Trust, WrittenDownIn = folder };
}
