namespace Reranking.Prompting;

/// <summary>A passage that fits, with those of the same text.</summary>
/// <param name="Passage">The passage.</param>
/// <param name="Words">What it is compared by.</param>
/// <param name="Origins">It and those of the same text, by rank, each with its position in the list.</param>
internal sealed record KeptPassage(ContextPassage Passage, PassageWords Words, IReadOnlyList<(int Index, ContextPassage Passage)> Origins)
{
    public string Text { get; } = Passage.Text.Trim();

    public int Index => Origins[0].Index;

    public KeptPassage With(int index, ContextPassage passage) => this with { Origins = [.. Origins, (index, passage)] };
}
