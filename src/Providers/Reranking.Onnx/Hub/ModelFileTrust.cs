using System.Text.Json.Serialization;

namespace Reranking.Onnx.Hub;

/// <summary>Who vouched for a hash.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ModelFileTrust>))]
internal enum ModelFileTrust
{
    /// <summary>Nobody: it is the hash of what came first.</summary>
    FirstUse,

    /// <summary>The endpoint, in the header X-Linked-Etag.</summary>
    Endpoint,

    /// <summary>The catalog of this package.</summary>
    Catalog,
}
