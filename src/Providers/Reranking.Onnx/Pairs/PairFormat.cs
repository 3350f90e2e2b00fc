using Reranking.Onnx.Models;
using Reranking.Tokenizers.Tokenization;

namespace Reranking.Onnx.Pairs;

/// <summary>
/// How a query and a document become the ids of one input: <c>[fixed] query [fixed] document [fixed]</c>, and what is cut if they do not fit.
/// </summary>
/// <param name="tokenizer">The tokenizer of the model.</param>
/// <param name="profile">What is known about the model.</param>
/// <remarks>Thread-safe.</remarks>
internal abstract class PairFormat(Tokenizer tokenizer, ModelProfile profile)
{
    public Tokenizer Tokenizer => tokenizer;

    public ModelProfile Profile => profile;

    /// <summary>Gets how many tokens of the query and the document an input holds.</summary>
    public int Budget => profile.MaxTokens - FixedTokenCount;

    /// <summary>Gets how many tokens of an input are neither the query's nor the document's. They are never cut.</summary>
    public abstract int FixedTokenCount { get; }

    /// <summary>Returns how a model reads a pair.</summary>
    public static PairFormat Create(Tokenizer tokenizer, ModelProfile profile) =>
        profile.Prompt is { } prompt ? new PromptPairFormat(tokenizer, profile, prompt) : new TokenizerPairFormat(tokenizer, profile);

    /// <summary>Appends the ids of the query, once per request.</summary>
    public abstract EncodedText EncodeQuery(PairQuery query, TokenBuffer output);

    /// <summary>Appends the ids of a document, and of what has to be encoded together with it.</summary>
    public abstract EncodedText EncodeDocument(PairQuery query, string document, TokenBuffer output);

    /// <summary>Returns how much of both is read, from the start of each.</summary>
    public abstract PairFit Fit(EncodedText query, EncodedText document);

    /// <summary>Returns where query and document stand in an input.</summary>
    public abstract (Range Query, Range Document) Locate(int queryLength, int documentLength);

    /// <summary>Writes an input into spans of exactly its length.</summary>
    public abstract void Write(ReadOnlySpan<int> query, ReadOnlySpan<int> document, Span<long> ids, Span<long> typeIds);
}

/// <summary>What all documents of a request are read with.</summary>
/// <param name="Text">The query.</param>
/// <param name="Instruction">
/// What the model is told to look for, or <see langword="null"/> for what the settings or the prompt say. Models without a prompt do not read it.
/// </param>
internal readonly record struct PairQuery(string Text, string? Instruction = null);
