using CsCheck;
using Reranking.Tokenizers.Tokenization.Unicode;

namespace Reranking.Tokenizers.Tests;

/// <summary>Texts of what normalizers and pre-tokenizers treat each in its own way.</summary>
internal static class HardTexts
{
    /// <summary>What no word of BERT ends at; of other families some does.</summary>
    public static IReadOnlyList<string> InWords { get; } =
    [
        "a", "xyz", "QZ", "7", "é", "É", "e\u0301", "\u0301", "\u0301\u0327", "\u08D4\u08E3", "İ", "ß", "ﬁ", "Σ", "ñ", "한", "각", "\u1112\u1161\u11AB", "\u1100",
        "क्ष", "क\u093C", "ก็", "ش", "א", "😀", "😀\u200D", "👩🏽\u200D🚀", "\u200D", "\u200C", "ｶﾞ", "Å", "\uD835\uDD38", "\u0600", "\u0F71\u0F72",
        "\u0344", "①", "½",
    ];

    /// <summary>What ends words, or stands between two, or is an added token, or is nothing once it is normalized.</summary>
    public static IReadOnlyList<string> BetweenWords { get; } =
    [
        " ", "  ", "\t", "\n", "\r\n", "\u00A0", "\u3000", "\u2028", "-", "'", "'re", "'S", "[", "。", "、", "«", "\u037E", "≠", "≮", "\u1FEF", "中", "\uF900",
        "\U00020000", "\0", "\u0007", "\u200B", "\u00AD", "\uFFFD", "\uD83D", "\uDE00", "\u2581", "[MASK]", "[UNK]", "[CLS]", "[mask]", "<mask>",
        "<s>", "</s>", "<unk>", "<|im_start|>", "|||IP_ADDRESS|||", "   <mask>", "<mask>  ",
    ];

    public static Gen<string> Any { get; } = Texts(atLeast: 0);

    /// <summary>Gets any text and an index in it, from its start to its end, between two code points.</summary>
    public static Gen<(string Text, int Index)> AnyCut { get; } = Any.SelectMany(static text =>
        Gen.Int[0, text.Length].Select(index => (text, CodePoints.AlignIndex(text, index))));

    /// <summary>Gets a text and an index between two of its code points.</summary>
    /// <remarks>Few are rejected: CsCheck fails where a hundred in a row are.</remarks>
    public static Gen<(string Text, int Index)> InnerCut { get; } = Texts(atLeast: 2)
        .SelectMany(static text => Gen.Int[1, text.Length - 1].Select(index => (Text: text, Index: CodePoints.AlignIndex(text, index))))
        .Where(static cut => cut.Index < cut.Text.Length);

    /// <summary>Gets thousands of characters of few kinds, with something else here and there.</summary>
    public static Gen<string> Endless { get; } = Gen.Select(
        Pick(InWords).Array[1, 3],
        Gen.Int[0, int.MaxValue].Array[1_500, 9_000],
        Pick([.. InWords, .. BetweenWords]).Array[0, 6],
        Gen.Int[0, 1_500]).Select((kinds, choices, others, sparsity) => string.Concat(choices.Select(choice =>
            others.Length > 0 && sparsity > 3 && choice % sparsity == 0 ? others[choice / sparsity % others.Length] : kinds[choice % kinds.Length])));

    public static Gen<T> Pick<T>(IReadOnlyList<T> values) => Gen.Int[0, values.Count - 1].Select(index => values[index]);

    private static Gen<string> Texts(int atLeast) => Pick([.. InWords, .. BetweenWords]).Array[atLeast, 24].Select(string.Concat);
}
