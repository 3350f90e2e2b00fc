namespace Reranking;

/// <summary>A passage as the model reads it.</summary>
internal sealed record ToolPassage(string Text, string? Source, string? Link, double? Score);
