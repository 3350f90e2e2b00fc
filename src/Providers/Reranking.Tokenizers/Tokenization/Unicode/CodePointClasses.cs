namespace Reranking.Tokenizers.Tokenization.Unicode;

/// <summary>What tokenization asks about a code point.</summary>
[Flags]
internal enum CodePointClasses : ushort
{
    None = 0,
    WhiteSpace = 1,
    Punctuation = 2,
    Control = 4,
    Ideograph = 8,
    StrippedMark = 16,
    Combining = 32,
    HasLowercase = 64,
    HasDecomposition = 128,

    /// <summary>NFKD decomposes it as NFD doesn't.</summary>
    HasCompatibilityDecomposition = 256,

    /// <summary>NFC leaves it as it is, though NFD decomposes it.</summary>
    Composed = 512,

    /// <summary>NFC may join it to the code point before.</summary>
    JoinsBefore = 1_024,

    AccentMark = 2_048,
    Letter = 4_096,
    Number = 8_192,
    Digit = 16_384,
    Word = 32_768,
}
