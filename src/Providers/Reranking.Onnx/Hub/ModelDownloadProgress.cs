namespace Reranking.Onnx;

/// <summary>The progress of a download of a model.</summary>
/// <param name="Model">The name that was asked for, such as <c>BAAI/bge-reranker-v2-m3</c>.</param>
/// <param name="File">The file under way.</param>
/// <param name="BytesReceived">The bytes of all files so far, those of an earlier download that was cut included. It never falls.</param>
/// <param name="TotalBytes">The bytes of all files, or <see langword="null"/> if the endpoint does not say.</param>
public readonly record struct ModelDownloadProgress(string Model, string File, long BytesReceived, long? TotalBytes);
