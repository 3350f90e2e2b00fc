using Microsoft.Extensions.VectorData;
using Microsoft.ML.Tokenizers;
using RagChat.Knowledge;
using Reranking;

namespace RagChat.Prompting;

/// <summary>The passages that fit into the token budget of the chat model, in rank order, and the instruction to cite them.</summary>
/// <param name="Text">The system message.</param>
/// <param name="TokenCount">How many tokens of the chat model it has.</param>
/// <param name="Sources">The passages in it; the citation [1] is the first.</param>
internal sealed record RagPrompt(string Text, int TokenCount, IReadOnlyList<Passage> Sources)
{
    private const string Instruction =
        """
        You are the help desk of Notterby. Answer from the numbered passages alone, in the language of the question, and cite them as [1].
        If they do not hold the answer, say so.
        """;

    // The o200k vocabulary counts for the current OpenAI models and is close for others.
    private static readonly TiktokenTokenizer Tokenizer = TiktokenTokenizer.CreateForEncoding("o200k_base");

    /// <summary>Packs the ranking; each passage is a section of its own, so there are no neighbors to merge.</summary>
    public static RagPrompt Build(IReadOnlyList<RankedCandidate<VectorSearchResult<Passage>>> ranking, int tokenBudget)
    {
        var packer = new ContextPacker(text => Tokenizer.CountTokens(text), new ContextPackerOptions { TokenBudget = tokenBudget, Preamble = Instruction });
        PackedContext packed = packer.Pack(ranking, found => new ContextPassage(found.Record.Body) { Title = found.Record.Title, SourceId = found.Record.Id });
        return new RagPrompt(packed.Text, packed.TokenCount, [.. packed.Passages.Select(passage => ranking[passage.Indices[0]].Candidate.Record)]);
    }
}
