using System.Text.Json.Serialization;
using Microsoft.SemanticKernel.Data;

namespace Reranking;

/// <summary>The JSON types of the functions, so that their schemas need no reflection.</summary>
[JsonSerializable(typeof(string))]
[JsonSerializable(typeof(int))]
[JsonSerializable(typeof(List<string>))]
[JsonSerializable(typeof(List<TextSearchResult>))]
internal sealed partial class SearchPluginJson : JsonSerializerContext;
