using System.Text.Json.Serialization;

namespace Reranking.Tool.Chat;

/// <summary>What is sent to <c>/chat/completions</c>.</summary>
internal sealed record ChatRequest(
    [property: JsonPropertyName("model")] string Model,
    [property: JsonPropertyName("messages")] IReadOnlyList<ChatRequestMessage> Messages,
    [property: JsonPropertyName("temperature")] double? Temperature);

/// <summary>A message of a request.</summary>
internal sealed record ChatRequestMessage([property: JsonPropertyName("role")] string Role, [property: JsonPropertyName("content")] string Content);

/// <summary>What comes back; the rest of it is passed over.</summary>
internal sealed record ChatAnswer([property: JsonPropertyName("choices")] IReadOnlyList<ChatChoice?>? Choices);

/// <summary>One of the answers; there is one.</summary>
internal sealed record ChatChoice([property: JsonPropertyName("message")] ChatAnswerMessage? Message);

/// <summary>The message of an answer.</summary>
internal sealed record ChatAnswerMessage([property: JsonPropertyName("content")] string? Content);

/// <summary>What a model is asked to make a question of.</summary>
internal sealed record QuestionTask([property: JsonPropertyName("passage")] string Passage);

/// <summary>What a model is asked to judge.</summary>
internal sealed record JudgmentTask(
    [property: JsonPropertyName("question")] string Question, [property: JsonPropertyName("passages")] IReadOnlyList<string> Passages);

/// <summary>JSON without reflection.</summary>
[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ChatRequest))]
[JsonSerializable(typeof(ChatAnswer))]
[JsonSerializable(typeof(QuestionTask))]
[JsonSerializable(typeof(JudgmentTask))]
internal sealed partial class ChatJson : JsonSerializerContext;
