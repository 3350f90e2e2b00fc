namespace Reranking.VectorData.Tests;

/// <summary>A record with two vectors: letter counts of the text, and of the title.</summary>
public sealed record Passage(string Id, string Title, string? Text, string Product = "any")
{
    public ReadOnlyMemory<float>? TextVector { get; init; } = LettersOf(Text ?? "");

    public ReadOnlyMemory<float>? TitleVector { get; init; } = LettersOf(Title);

    /// <summary>An embedding that needs no model: how often each letter occurs.</summary>
    public static float[] LettersOf(string text)
    {
        float[] counts = new float[26];
        foreach (char letter in text.ToLowerInvariant().Where(char.IsAsciiLetterLower))
        {
            counts[letter - 'a']++;
        }

        return counts;
    }
}
