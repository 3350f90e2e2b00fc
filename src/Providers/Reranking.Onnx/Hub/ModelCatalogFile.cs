namespace Reranking.Onnx;

/// <summary>A file of a model in the catalog.</summary>
/// <param name="Path">The path within the repository, such as <c>onnx/model.onnx</c>.</param>
/// <param name="Sha256">
/// The SHA-256 at the revision of the entry in lowercase hexadecimal, or <see langword="null"/> if it is not known: that of the first download is then
/// recorded.
/// </param>
/// <param name="DataFile">The file with the weights, or <see langword="null"/> if they are in the ONNX file itself.</param>
public sealed record ModelCatalogFile(string Path, string? Sha256 = null, string? DataFile = null);
