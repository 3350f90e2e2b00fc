using System.Globalization;
using System.Text.Json;
using Reranking.Tokenizers.Tokenization.AddedTokens;
using Reranking.Tokenizers.Tokenization.Alignment;
using Reranking.Tokenizers.Tokenization.Decoding;
using Reranking.Tokenizers.Tokenization.Models;
using Reranking.Tokenizers.Tokenization.Normalization;
using Reranking.Tokenizers.Tokenization.PostProcessing;
using Reranking.Tokenizers.Tokenization.PreTokenization;

namespace Reranking.Tokenizers.Tokenization;

/// <summary>Reads a tokenizer.json.</summary>
/// <remarks>The file's <c>truncation</c> and <c>padding</c> are not read: exports leave in them what a single run had set.</remarks>
internal static class TokenizerFile
{
    private const string Expected = "expected the tokenizer.json of a model";

    // The longest known has 35 MB.
    private const long MaxLength = 128L << 20;

    // A normalizer of a model adds a few characters; a chain of replacements can double a text again and again.
    private const double MaxGrowth = 1_024;

    /// <summary>Reads a file.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="TokenizerFileException">The file is missing or damaged, or has what is not supported.</exception>
    public static Tokenizer Load(string path)
    {
        try
        {
            using FileStream file = File.OpenRead(path);
            return file.Length <= MaxLength
                ? Read(file, path)
                : throw new TokenizerSource(path).Unusable($"has {file.Length} bytes; {Expected}");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            string problem = exception is FileNotFoundException or DirectoryNotFoundException ? "does not exist" : "can't be read";
            throw new TokenizerSource(path).Unusable($"{problem}; {Expected}", exception);
        }
    }

    /// <summary>Reads a file that is open already.</summary>
    /// <param name="file">Its content.</param>
    /// <param name="path">Its path, for errors.</param>
    /// <exception cref="TokenizerFileException">The file is damaged, or has what is not supported.</exception>
    public static Tokenizer Read(Stream file, string path)
    {
        var source = new TokenizerSource(path);
        try
        {
            using var document = JsonDocument.Parse(file);
            return document.RootElement.ValueKind == JsonValueKind.Object
                ? Read(new ComponentJson(source, "root object", document.RootElement))
                : throw source.Unusable($"is not an object; {Expected}");
        }
        catch (JsonException exception)
        {
            string place = $"line {exception.LineNumber + 1}, byte {exception.BytePositionInLine + 1}";
            throw source.Unusable($"is damaged at {place}; {Expected}", exception);
        }
    }

    private static Tokenizer Read(ComponentJson json)
    {
        Normalizer normalizer = json.FindComponent("normalizer") is { } normalizerJson
            ? TokenizerComponents.Normalizers.Read(normalizerJson)
            : new IdentityNormalizer();
        if (normalizer.MaxGrowth > MaxGrowth)
        {
            throw json.Unusable(string.Create(
                CultureInfo.InvariantCulture,
                $"has a normalizer that can make a text {normalizer.MaxGrowth:0.#} times as long; expected at most {MaxGrowth:0} times"));
        }

        PreTokenizer preTokenizer = json.FindComponent("pre_tokenizer") is { } preTokenizerJson
            ? TokenizerComponents.PreTokenizers.Read(preTokenizerJson)
            : new WholeTextPreTokenizer();
        TokenModel model = TokenizerComponents.Models.Read(json.FindComponent("model")
            ?? throw json.Unusable($"has no model; supported are {TokenizerComponents.Models.Supported}"));
        if (preTokenizer.GivesBytes != model.ReadsBytes)
        {
            throw json.Unusable(model.ReadsBytes
                ? "has a model of bytes and no ByteLevel at the end of its pre_tokenizer; expected both or neither"
                : "has a ByteLevel in its pre_tokenizer and no model of bytes; expected both or neither");
        }

        PostProcessor postProcessor = json.FindComponent("post_processor") is { } postProcessorJson
            ? TokenizerComponents.PostProcessors.Read(postProcessorJson)
            : PostProcessor.None;
        AddedVocabulary addedVocabulary = AddedVocabulary.Read(json.GetComponents("added_tokens", "added token"), model, normalizer);
        var encoder = new TextEncoder(normalizer, preTokenizer, model, addedVocabulary);
        var alignedEncoder = new AlignedEncoder(normalizer, preTokenizer, model, addedVocabulary);
        var tokenizer = new Tokenizer(encoder, model, addedVocabulary, postProcessor, alignedEncoder, ReadDecoder(json));
        return postProcessor.HighestSpecialId < tokenizer.VocabularySize
            ? tokenizer
            : throw json.Unusable(
                $"has the id {postProcessor.HighestSpecialId} in its post_processor; expected one below {tokenizer.VocabularySize}, where its vocabulary ends");
    }

    // No reason to refuse a file: most who encode never decode.
    private static TokenDecoder ReadDecoder(ComponentJson json)
    {
        try
        {
            return json.FindComponent("decoder") is { } decoder ? TokenizerComponents.Decoders.Read(decoder) : new SpacedDecoder();
        }
        catch (TokenizerFileException exception)
        {
            return new UnusableDecoder(exception);
        }
    }
}

/// <summary>Where a tokenizer comes from, for errors.</summary>
/// <param name="Path">The file.</param>
internal sealed record TokenizerSource(string Path)
{
    /// <summary>Gets or sets how many components were read so far.</summary>
    public int ComponentCount { get; set; }

    /// <summary>Creates an error about what is wrong with the file.</summary>
    public TokenizerFileException Unusable(string problem, Exception? cause = null) => new($"'{Path}' {problem}.", cause);
}
