using Reranking.Tokenizers.Tokenization.AddedTokens;
using Reranking.Tokenizers.Tokenization.Alignment;
using Reranking.Tokenizers.Tokenization.Decoding;
using Reranking.Tokenizers.Tokenization.Models;
using Reranking.Tokenizers.Tokenization.PostProcessing;

namespace Reranking.Tokenizers.Tokenization;

/// <summary>The tokenizer of a model: returns the ids that HuggingFace tokenizers 0.23 returns for the same tokenizer.json.</summary>
/// <param name="encoder">Encodes a text.</param>
/// <param name="model">Knows its own tokens.</param>
/// <param name="addedVocabulary">Knows the tokens that were added to them.</param>
/// <param name="postProcessor">Knows where the special tokens go.</param>
/// <param name="alignedEncoder">Encodes a text and keeps where each token comes from.</param>
/// <param name="decoder">Makes a text of tokens.</param>
/// <remarks>Immutable and thread-safe. <see cref="TokenizerFile"/> reads one.</remarks>
internal sealed class Tokenizer(
    TextEncoder encoder,
    TokenModel model,
    AddedVocabulary addedVocabulary,
    PostProcessor postProcessor,
    AlignedEncoder alignedEncoder,
    TokenDecoder decoder)
{
    private static readonly string[] PadTokens = ["[PAD]", "<pad>", "<|endoftext|>"];

    /// <summary>Gets the highest id plus 1, added tokens included: what the model's embeddings must have room for.</summary>
    public int VocabularySize { get; } = Math.Max(model.HighestId, addedVocabulary.HighestId) + 1;

    /// <summary>Gets the id that fills up a batch, if the vocabulary has one.</summary>
    public int? PadTokenId => PadTokens.Select(FindId).FirstOrDefault(static id => id is not null);

    /// <summary>Gets the special tokens around one text.</summary>
    public TokenTemplate Single => postProcessor.Single;

    /// <summary>Gets the special tokens around a query and a document.</summary>
    public TokenTemplate Pair => postProcessor.Pair;

    /// <summary>Returns the id of a token, added or the model's own.</summary>
    public int? FindId(string token) => addedVocabulary.FindId(token) ?? model.FindId(token);

    /// <summary>Returns how a token is written, added or the model's own, or <see langword="null"/> if there is none of that id.</summary>
    public string? FindToken(int id) => addedVocabulary.Find(id)?.Content ?? model.FindToken(id);

    /// <summary>Makes a text of tokens; ids that none has are left out.</summary>
    public string Decode(IEnumerable<int> ids, bool skipsSpecialTokens)
    {
        List<string> tokens =
        [
            .. ids.Where(id => !skipsSpecialTokens || addedVocabulary.Find(id) is not { IsSpecial: true }).Select(FindToken).OfType<string>(),
        ];
        decoder.Decode(tokens);
        return string.Concat(tokens);
    }

    /// <summary>Adds the tokens of one text, without special tokens, and which part of it each is.</summary>
    /// <param name="text">The text. A lone surrogate counts as U+FFFD.</param>
    /// <param name="tokens">Where they go.</param>
    public void Align(ReadOnlySpan<char> text, AlignedTokens tokens)
    {
        alignedEncoder.Encode(text, tokens);
        foreach (bool keepsFirstSpace in postProcessor.SpaceTrims)
        {
            tokens.TrimSpaces(keepsFirstSpace, FindToken);
        }
    }

    /// <summary>Appends the ids of one text, without special tokens.</summary>
    /// <param name="text">A query or a document. A lone surrogate counts as U+FFFD.</param>
    /// <param name="limit">
    /// How many ids are enough. HuggingFace takes the model's whole length here and reads on to the end of a word; the ids beyond it are for the
    /// truncation to cut.
    /// </param>
    /// <param name="output">Where the ids go.</param>
    public EncodedText Encode(ReadOnlySpan<char> text, int limit, TokenBuffer output)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(limit);
        ArgumentNullException.ThrowIfNull(output);
        return encoder.Encode(text, limit, output);
    }
}
