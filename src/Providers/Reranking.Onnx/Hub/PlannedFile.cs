namespace Reranking.Onnx.Hub;

/// <summary>A file to download.</summary>
/// <param name="Path">The path within the repository, which is also the path within the folder.</param>
/// <param name="Sha256">The hash that it must have, or <see langword="null"/> if none is known yet.</param>
/// <param name="IsOptional">Whether a repository can lack it.</param>
internal sealed record PlannedFile(string Path, string? Sha256, bool IsOptional)
{
    /// <summary>Gets where the hash is from.</summary>
    public ModelFileTrust Trust { get; private init; } = ModelFileTrust.Catalog;

    /// <summary>Gets the folder that the hash was recorded in at the first download, or <see langword="null"/> for that of the catalog.</summary>
    public string? RecordedIn { get; private init; }

    /// <summary>Returns the file with the hash of its first download, unless the catalog has one.</summary>
    public PlannedFile WithRecorded(ModelManifestFile? first, string folder) =>
        first is null || Sha256 is not null ? this : this with { Sha256 = first.Sha256, Trust = first.Trust, RecordedIn = folder };
}
