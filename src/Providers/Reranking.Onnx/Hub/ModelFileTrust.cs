using System.Text.Json.Serialization;

namespace Reranking.Onnx.Hub;

/// <summary>Where the hash of a file is from.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ModelFileTrust>))]
internal enum ModelFileTrust
{
    /// <summary>The first download: nobody vouched for it.</summary>
    FirstUse,

    /// <summary>The endpoint, in the header X-Linked-Etag.</summary>
    Endpoint,

    /// <summary>The catalog of this package.</summary>
    Catalog,
}
