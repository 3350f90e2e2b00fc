using System.Text.Json;
using System.Text.Json.Serialization;

namespace Reranking;

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(SearchRequest))]
[JsonSerializable(typeof(SearchResponse))]
[JsonSerializable(typeof(ProblemResponse))]
internal sealed partial class KernelMemoryJson : JsonSerializerContext;
