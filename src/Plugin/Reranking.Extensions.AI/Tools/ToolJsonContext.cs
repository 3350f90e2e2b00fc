using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Reranking.Extensions.AI.Tools;

[JsonSerializable(typeof(ToolPassage[]))]
internal sealed partial class ToolJsonContext : JsonSerializerContext
{
    // The default encoder writes every letter beyond ASCII as six characters, which are tokens of the model.
    public static JsonTypeInfo<ToolPassage[]> Passages { get; } = new ToolJsonContext(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    }).ToolPassageArray;
}

/// <summary>A passage as the model reads it.</summary>
internal sealed record ToolPassage(string Text, string? Source, string? Link, double? Score);
