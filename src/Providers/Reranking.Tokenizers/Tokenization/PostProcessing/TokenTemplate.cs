namespace Reranking.Tokenizers.Tokenization.PostProcessing;

/// <summary>The order of texts and special tokens in what the model reads.</summary>
internal sealed class TokenTemplate(TemplatePiece[] pieces)
{
    public int SpecialTokenCount { get; } = pieces.Sum(piece => piece.SpecialIds.Length);

    public int HighestSpecialId { get; } = pieces.SelectMany(piece => piece.SpecialIds).DefaultIfEmpty(-1).Max();

    /// <summary>Returns where query and document stand in what <see cref="Write"/> writes.</summary>
    public (Range Query, Range Document) Locate(int queryLength, int documentLength)
    {
        (Range Query, Range Document) places = default;
        int length = 0;
        foreach (TemplatePiece piece in pieces)
        {
            int start = length;
            length += piece.Source switch
            {
                TemplateSource.Query => queryLength,
                TemplateSource.Document => documentLength,
                _ => piece.SpecialIds.Length,
            };
            places = piece.Source switch
            {
                TemplateSource.Query => (start..length, places.Document),
                TemplateSource.Document => (places.Query, start..length),
                _ => places,
            };
        }

        return places;
    }

    /// <summary>Writes ids and type ids and returns their number.</summary>
    public int Write(ReadOnlySpan<int> query, ReadOnlySpan<int> document, Span<long> ids, Span<long> typeIds)
    {
        int length = 0;
        foreach (TemplatePiece piece in pieces)
        {
            ReadOnlySpan<int> source = piece.Source switch
            {
                TemplateSource.Query => query,
                TemplateSource.Document => document,
                _ => piece.SpecialIds,
            };
            typeIds.Slice(length, source.Length).Fill(piece.TypeId);
            foreach (int id in source)
            {
                ids[length++] = id;
            }
        }

        return length;
    }
}

/// <summary>One piece of a <see cref="TokenTemplate"/>.</summary>
/// <param name="Source">What it stands for.</param>
/// <param name="SpecialIds">The ids of special tokens; empty for a text.</param>
/// <param name="TypeId">The type id of each of its tokens.</param>
internal sealed record TemplatePiece(TemplateSource Source, int[] SpecialIds, int TypeId);

/// <summary>What a piece of a template stands for.</summary>
internal enum TemplateSource
{
    SpecialTokens,
    Query,
    Document,
}

/// <summary>The last stage: where the special tokens go.</summary>
/// <param name="Single">Around one text.</param>
/// <param name="Pair">Around a query and a document.</param>
internal sealed record PostProcessor(TokenTemplate Single, TokenTemplate Pair)
{
    /// <summary>Gets what a tokenizer without a post-processor does: no special tokens.</summary>
    public static PostProcessor None { get; } = new(
        new TokenTemplate([new TemplatePiece(TemplateSource.Query, [], 0)]),
        new TokenTemplate([new TemplatePiece(TemplateSource.Query, [], 0), new TemplatePiece(TemplateSource.Document, [], 1)]));

    /// <summary>
    /// Gets, for each time that the spaces at the ends of tokens are taken out of their parts of the text, whether the one at the start was not in the text.
    /// </summary>
    public IReadOnlyList<bool> SpaceTrims { get; init; } = [];

    public bool AddsTokens => Single != None.Single;

    public int HighestSpecialId => Math.Max(Single.HighestSpecialId, Pair.HighestSpecialId);
}
