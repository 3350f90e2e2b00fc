using Reranking.Tokenizers.Tokenization.Alignment;

namespace Reranking.Tokenizers.Tokenization.Models;

/// <summary>The third stage: turns one pre-token into ids.</summary>
/// <remarks>Immutable and thread-safe.</remarks>
internal abstract class TokenModel
{
    private static int _lastNumber;

    // Made when the first is asked for: who only encodes needs none.
    private string?[]? _written;

    /// <summary>Gets a number that no other model of the process has, from 1 on.</summary>
    public int Number { get; } = Interlocked.Increment(ref _lastNumber);

    /// <summary>Gets how many tokens there are, which is where the ids of added tokens start.</summary>
    public abstract int Count { get; }

    /// <summary>Gets the highest id.</summary>
    public abstract int HighestId { get; }

    public abstract int? FindId(string token);

    /// <summary>Returns how a token is written, or <see langword="null"/> if there is none of that id.</summary>
    public string? FindToken(int id)
    {
        string?[] written = _written ?? WriteTokens();
        return id >= 0 && id < written.Length ? written[id] : null;
    }

    /// <summary>Returns all tokens and their ids.</summary>
    protected abstract IEnumerable<KeyValuePair<string, int>> ReadTokens();

    /// <summary>Gets a value indicating whether it reads pre-tokens as bytes of UTF-8.</summary>
    public virtual bool ReadsBytes => false;

    /// <summary>Gets a value indicating whether the ids of a word are found sooner than worked out again.</summary>
    public virtual bool GainsFromCache => true;

    /// <summary>Appends the ids of a pre-token.</summary>
    /// <param name="preToken">The pre-token, which is not empty.</param>
    /// <param name="wanted">How many ids are enough: of a pre-token with more, the rest may be left out.</param>
    /// <param name="output">Where the ids go.</param>
    /// <param name="scratch">Working memory.</param>
    public abstract void Encode(ReadOnlySpan<char> preToken, int wanted, TokenBuffer output, TokenizerScratch scratch);

    /// <summary>Appends the ids of a pre-token, all of them, and which part of it each is.</summary>
    public abstract void EncodeSpans(ReadOnlySpan<char> preToken, TokenBuffer output, List<TextSpan> spans, TokenizerScratch scratch);

    /// <summary>Appends the first ids of a pre-token of which only the start is known: those that it has whatever follows.</summary>
    /// <param name="start">The start, or all of it.</param>
    /// <param name="wanted">How many ids are enough.</param>
    /// <param name="output">Where the ids go.</param>
    /// <param name="scratch">Working memory.</param>
    /// <returns>Whether it has no others, whatever follows.</returns>
    public abstract bool EncodeStart(ReadOnlySpan<char> start, int wanted, TokenBuffer output, TokenizerScratch scratch);

    private string?[] WriteTokens()
    {
        string?[] written = new string?[HighestId + 1];
        foreach ((string token, int id) in ReadTokens())
        {
            written[id] ??= token;
        }

        return _written = written;
    }
}
