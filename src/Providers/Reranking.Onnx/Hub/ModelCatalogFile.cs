namespace Reranking.Onnx;

/// <summary>A file of a model in the catalog.</summary>
/// <param name="Path">The path within the repository, as <c>onnx/model.onnx</c>.</param>
/// <param name="Sha256">The SHA-256 at the revision of the entry in lower-case hexadecimals, or <see langword="null"/> where it is not known: then what comes first is recorded and held on to.</param>
/// <param name="DataFile">The file with the weights, where they are not in the ONNX file itself, or <see langword="null"/>.</param>
public sealed record ModelCatalogFile(string Path, string? Sha256 = null, string? DataFile = null);
