using System.Text;
using Reranking.Tokenizers.Tokenization.Models;

namespace Reranking.Tokenizers.Tokenization.Decoding;

/// <summary>The way back: what a tokenizer.json says of how tokens become a text.</summary>
/// <remarks>Immutable and thread-safe.</remarks>
internal abstract class TokenDecoder
{
    /// <summary>Changes the tokens; what is left is put together.</summary>
    public abstract void Decode(List<string> tokens);
}

/// <summary>HuggingFace's <c>WordPiece</c>: a space before each token but those that continue a word.</summary>
internal sealed class WordPieceDecoder(string prefix, bool cleansUp) : TokenDecoder
{
    private static readonly (string From, string To)[] Cleanups =
    [
        (" .", "."), (" ?", "?"), (" !", "!"), (" ,", ","), (" ' ", "'"), (" n't", "n't"), (" 'm", "'m"), (" do not", " don't"), (" 's", "'s"), (" 've", "'ve"),
        (" 're", "'re"),
    ];

    public static TokenDecoder Read(ComponentJson json) => new WordPieceDecoder(json.GetString("prefix"), json.GetBoolean("cleanup"));

    public override void Decode(List<string> tokens)
    {
        for (int i = 0; i < tokens.Count; i++)
        {
            if (i > 0)
            {
                tokens[i] = tokens[i].StartsWith(prefix, StringComparison.Ordinal) ? tokens[i][prefix.Length..] : " " + tokens[i];
            }

            foreach ((string from, string to) in cleansUp ? Cleanups : [])
            {
                tokens[i] = tokens[i].Replace(from, to, StringComparison.Ordinal);
            }
        }
    }
}

/// <summary>HuggingFace's <c>ByteLevel</c>: the bytes of all tokens as UTF-8. A token that is not written in bytes stays as it is.</summary>
internal sealed class ByteLevelDecoder : TokenDecoder
{
    public override void Decode(List<string> tokens)
    {
        var bytes = new List<byte>();
        foreach (string token in tokens)
        {
            int start = bytes.Count;
            foreach (char character in token)
            {
                if (!ByteAlphabet.TryGetByte(character, out byte value))
                {
                    bytes.RemoveRange(start, bytes.Count - start);
                    bytes.AddRange(Encoding.UTF8.GetBytes(token));
                    break;
                }

                bytes.Add(value);
            }
        }

        tokens.Clear();
        tokens.Add(Encoding.UTF8.GetString([.. bytes]));
    }
}

/// <summary>HuggingFace's <c>Metaspace</c>: each mark becomes a space, and none at the start, where one was put.</summary>
internal sealed class MetaspaceDecoder(string mark, bool prepends) : TokenDecoder
{
    public static TokenDecoder Read(ComponentJson json) => new MetaspaceDecoder(json.GetString("replacement"), json.FindString("prepend_scheme") != "never");

    public override void Decode(List<string> tokens)
    {
        for (int i = 0; i < tokens.Count; i++)
        {
            tokens[i] = tokens[i].Replace(mark, i == 0 && prepends ? "" : " ", StringComparison.Ordinal);
        }
    }
}

/// <summary>HuggingFace's <c>Fuse</c>: all tokens become one.</summary>
internal sealed class FuseDecoder : TokenDecoder
{
    public override void Decode(List<string> tokens)
    {
        string fused = string.Concat(tokens);
        tokens.Clear();
        tokens.Add(fused);
    }
}

/// <summary>HuggingFace's <c>Replace</c> of a text.</summary>
internal sealed class ReplaceDecoder(string pattern, string content) : TokenDecoder
{
    public static TokenDecoder Read(ComponentJson json) =>
        json.GetComponent("pattern").FindString("String") is { Length: > 0 } pattern
            ? new ReplaceDecoder(pattern, json.GetString("content"))
            : throw json.Unusable($"has a Replace in its {json.Kind} with a pattern of another kind; expected a text");

    public override void Decode(List<string> tokens)
    {
        for (int i = 0; i < tokens.Count; i++)
        {
            tokens[i] = tokens[i].Replace(pattern, content, StringComparison.Ordinal);
        }
    }
}

/// <summary>HuggingFace's <c>Sequence</c> of decoders.</summary>
internal sealed class DecoderSequence(TokenDecoder[] decoders) : TokenDecoder
{
    public static TokenDecoder Read(ComponentJson json) =>
        new DecoderSequence([.. json.GetComponents("decoders", json.Kind).Select(TokenizerComponents.Decoders.Read)]);

    public override void Decode(List<string> tokens) => Array.ForEach(decoders, decoder => decoder.Decode(tokens));
}

/// <summary>What a tokenizer without a decoder does: a space between tokens.</summary>
internal sealed class SpacedDecoder : TokenDecoder
{
    public override void Decode(List<string> tokens)
    {
        string joined = string.Join(' ', tokens);
        tokens.Clear();
        tokens.Add(joined);
    }
}

/// <summary>A decoder that is not supported: known when the file is read, thrown when a text is wanted, as most who encode never decode.</summary>
internal sealed class UnusableDecoder(TokenizerFileException problem) : TokenDecoder
{
    public override void Decode(List<string> tokens) => throw new TokenizerFileException(problem.Message, problem);
}
