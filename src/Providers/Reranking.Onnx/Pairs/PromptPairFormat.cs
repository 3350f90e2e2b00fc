using Reranking.Onnx.Models;
using Reranking.Tokenizers.Tokenization;

namespace Reranking.Onnx.Pairs;

/// <summary>A prompt around the query and the document: the fixed pieces are never cut, and what does not fit is cut from the end of the document.</summary>
internal sealed class PromptPairFormat : PairFormat
{
    private readonly TokenizedPrompt _prompt;
    private readonly PromptText _instruction;
    private readonly PromptText _query;
    private readonly PromptText _document;

    public PromptPairFormat(Tokenizer tokenizer, ModelProfile profile, TokenizedPrompt prompt)
        : base(tokenizer, profile)
    {
        _prompt = prompt;
        _instruction = new PromptText(prompt.Prompt.InstructionBeforeQuery);
        _query = new PromptText(prompt.Prompt.Query);
        _document = new PromptText(prompt.Prompt.Document);
    }

    public override int FixedTokenCount => _prompt.FixedTokenCount;

    // As in the reference, the share of the query is a share of this, which includes what is between the query and the document.
    private int Content => Profile.MaxTokens - _prompt.Before.Length - _prompt.After.Length;

    // One more, to know of a text that just fits that it was read to its end.
    private int EncodingLimit => Content + 1;

    public override EncodedText EncodeQuery(PairQuery query, TokenBuffer output)
    {
        string? instruction = InstructionOf(query);
        string before = string.IsNullOrEmpty(instruction) ? "" : _instruction.Format(query.Text, instruction);
        return Tokenizer.Encode(before + _query.Format(query.Text, instruction), EncodingLimit, output);
    }

    public override EncodedText EncodeDocument(PairQuery query, string document, TokenBuffer output) =>
        Tokenizer.Encode(_document.Format(query.Text, InstructionOf(query), document), EncodingLimit, output);

    public override PairFit Fit(EncodedText query, EncodedText document)
    {
        int queryLength = Math.Min(query.Count, Content * 3 / 4);
        return new PairFit(queryLength, Math.Min(document.Count, Content - _prompt.Between.Length - queryLength));
    }

    public override (Range Query, Range Document) Locate(int queryLength, int documentLength)
    {
        int query = _prompt.Before.Length;
        int document = query + queryLength + _prompt.Between.Length;
        return (query..(query + queryLength), document..(document + documentLength));
    }

    public override void Write(ReadOnlySpan<int> query, ReadOnlySpan<int> document, Span<long> ids, Span<long> typeIds)
    {
        typeIds.Clear();
        Append(_prompt.Before, ref ids);
        Append(query, ref ids);
        Append(_prompt.Between, ref ids);
        Append(document, ref ids);
        Append(_prompt.After, ref ids);
    }

    private static void Append(ReadOnlySpan<int> source, ref Span<long> ids)
    {
        for (int i = 0; i < source.Length; i++)
        {
            ids[i] = source[i];
        }

        ids = ids[source.Length..];
    }

    private string? InstructionOf(PairQuery query) => query.Instruction ?? _prompt.Prompt.Instruction;
}
