namespace Reranking.Onnx;

/// <summary>A file to be fetched.</summary>
/// <param name="Path">The path within the repository, which is also the path within the folder.</param>
/// <param name="Sha256">The hash that the catalogue has, or <see langword="null"/>.</param>
/// <param name="IsOptional">Whether a repository may do without it.</param>
internal sealed record PlannedFile(string Path, string? Sha256, bool IsOptional);
