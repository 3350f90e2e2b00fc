namespace Reranking.Onnx;

/// <summary>The order of texts and special tokens in what the model reads.</summary>
internal sealed class TokenTemplate(TemplatePiece[] pieces)
{
    public int SpecialTokenCount { get; } = pieces.Sum(piece => piece.SpecialIds.Length);

    public int HighestSpecialId { get; } = pieces.SelectMany(piece => piece.SpecialIds).DefaultIfEmpty(-1).Max();

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
