using Reranking.Tokenizers.Tokenization.Decoding;
using Reranking.Tokenizers.Tokenization.Models;
using Reranking.Tokenizers.Tokenization.Normalization;
using Reranking.Tokenizers.Tokenization.PostProcessing;
using Reranking.Tokenizers.Tokenization.PreTokenization;
using Reranking.Tokenizers.Tokenization.Unicode;

namespace Reranking.Tokenizers.Tokenization;

/// <summary>Every component that is supported: one more is a class and a line here.</summary>
internal static class TokenizerComponents
{
    public static ComponentRegistry<Normalizer> Normalizers { get; } = new(new()
    {
        ["BertNormalizer"] = BertNormalizer.Read,
        ["Lowercase"] = static _ => new LowercaseNormalizer(),
        ["NFC"] = static _ => new UnicodeNormalizer(composes: true, isCompatible: false),
        ["NFD"] = static _ => new UnicodeNormalizer(composes: false, isCompatible: false),
        ["NFKC"] = static _ => new UnicodeNormalizer(composes: true, isCompatible: true),
        ["NFKD"] = static _ => new UnicodeNormalizer(composes: false, isCompatible: true),
        ["Precompiled"] = PrecompiledNormalizer.Read,
        ["Prepend"] = PrependNormalizer.Read,
        ["Replace"] = ReplaceNormalizer.Read,
        ["Sequence"] = NormalizerSequence.Read,
        ["Strip"] = StripNormalizer.Read,
        ["StripAccents"] = static _ => new StripAccentsNormalizer(),
    });

    public static ComponentRegistry<PreTokenizer> PreTokenizers { get; } = new(new()
    {
        ["BertPreTokenizer"] = static _ => new BertPreTokenizer(),
        ["ByteLevel"] = ByteLevelPreTokenizer.Read,
        ["Digits"] = DelimiterPreTokenizer.ReadDigits,
        ["Metaspace"] = MetaspacePreTokenizer.Read,
        ["Punctuation"] = DelimiterPreTokenizer.ReadPunctuation,
        ["Sequence"] = PreTokenizerSequence.Read,
        ["Split"] = SplitPreTokenizer.Read,
        ["Whitespace"] = static _ => new WhitespacePreTokenizer(),
        ["WhitespaceSplit"] = static _ => new DelimiterPreTokenizer(CodePointClasses.WhiteSpace, DelimiterBehavior.Removed),
    });

    public static ComponentRegistry<TokenModel> Models { get; } = new(new()
    {
        ["BPE"] = BpeModel.Read,
        ["Unigram"] = UnigramModel.Read,
        ["WordPiece"] = WordPieceModel.Read,
    });

    public static ComponentRegistry<PostProcessor> PostProcessors { get; } = new(new()
    {
        ["BertProcessing"] = BertProcessing.Read,
        ["ByteLevel"] = ByteLevelProcessing.Read,
        ["RobertaProcessing"] = RobertaProcessing.Read,
        ["Sequence"] = PostProcessorSequence.Read,
        ["TemplateProcessing"] = TemplateProcessing.Read,
    });

    public static ComponentRegistry<TokenDecoder> Decoders { get; } = new(new()
    {
        ["ByteLevel"] = static _ => new ByteLevelDecoder(),
        ["Fuse"] = static _ => new FuseDecoder(),
        ["Metaspace"] = MetaspaceDecoder.Read,
        ["Replace"] = ReplaceDecoder.Read,
        ["Sequence"] = DecoderSequence.Read,
        ["WordPiece"] = WordPieceDecoder.Read,
    });
}

/// <summary>The components of one kind that a tokenizer.json may name, and how each is read.</summary>
internal sealed class ComponentRegistry<T>(Dictionary<string, Func<ComponentJson, T>> readers)
{
    public string Supported => string.Join(", ", readers.Keys.Order(StringComparer.Ordinal));

    public T Read(ComponentJson json)
    {
        json.CountComponent();
        string type = json.FindString("type") ?? throw json.Unusable($"has a {json.Kind} without a type; supported are {Supported}");
        return readers.TryGetValue(type, out Func<ComponentJson, T>? read)
            ? read(json.OfType(type))
            : throw json.Unusable($"has the {json.Kind} '{type}'; supported are {Supported}");
    }
}
