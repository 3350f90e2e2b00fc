using System.Text;
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

    /// <summary>Takes passages by rank; one that does not fit is left out, and a later, shorter one may still fit.</summary>
    public static RagPrompt Build(IReadOnlyList<RankedCandidate<VectorSearchResult<Passage>>> ranking, int tokenBudget)
    {
        StringBuilder text = new(Instruction);
        int tokens = Tokenizer.CountTokens(Instruction);
        List<Passage> sources = [];
        foreach (RankedCandidate<VectorSearchResult<Passage>> ranked in ranking)
        {
            Passage passage = ranked.Candidate.Record;
            string block = $"\n[{sources.Count + 1}] {passage.Title} ({passage.Id})\n{passage.Body}\n";
            int cost = Tokenizer.CountTokens(block);
            if (tokens + cost <= tokenBudget)
            {
                text.Append(block);
                tokens += cost;
                sources.Add(passage);
            }
        }

        return new RagPrompt(text.ToString(), tokens, sources);
    }
}
