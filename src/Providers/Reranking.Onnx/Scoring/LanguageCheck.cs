using Reranking.Tokenizers.Tokenization;

namespace Reranking.Onnx.Scoring;

/// <summary>Tells texts that are plainly not English, for models that read nothing else: on those an English cross-encoder is worse than none.</summary>
/// <remarks>
/// <para>
/// Two signs: letters of other scripts, or, in prose, plain words that the tokenizer breaks into many pieces while the small words of English are missing.
/// Code and lists have no verdict. A few hundred characters of the query and of the first documents are looked at, once per request.
/// </para>
/// <para>No text is kept.</para>
/// </remarks>
/// <param name="tokenizer">The tokenizer of the model.</param>
internal sealed class LanguageCheck(Tokenizer tokenizer)
{
    private const int MaxDocuments = 4;
    private const int MaxCharacters = 600;   // of each text
    private const int MinLetters = 16;
    private const int MinWords = 8;
    private const int MinWordLength = 3;
    private const double MaxOtherScript = 0.3;   // of the letters
    private const double MaxPieces = 1.7;        // of a plain word; English has 1.1 in the median
    private const double MinSmallWords = 0.03;   // of all words; English has 0.2
    private const double MaxSymbols = 0.08;      // of the characters that are not blanks; code has more
    private const char LastLatin = '\u024F';
    private const char FirstAfterMoreLatin = '\u1F00';
    private const char MoreLatin = '\u1E00';

    private static readonly HashSet<string> SmallWords = new(StringComparer.OrdinalIgnoreCase)
    {
        "the", "of", "and", "to", "is", "for", "that", "with", "are", "this", "from", "it", "you",
    };

    /// <summary>Returns what is found in a request, or <see langword="null"/> if nothing speaks against English.</summary>
    public string? Find(string query, IReadOnlyList<string> documents)
    {
        string? found = Find(query);
        for (int i = 0; i < documents.Count && i < MaxDocuments && found is null; i++)
        {
            found = Find(documents[i]);
        }

        return found;
    }

    private string? Find(string text)
    {
        var counts = default(Counts);
        TokenBuffer scratch = TokenBufferPool.Rent();
        try
        {
            Count(text.AsSpan(0, Math.Min(text.Length, MaxCharacters)), ref counts, scratch);
        }
        finally
        {
            TokenBufferPool.Return(scratch);
        }

        if (counts.Letters >= MinLetters && counts.OtherScript > MaxOtherScript * counts.Letters)
        {
            return "letters of other scripts than Latin";
        }

        return counts.PlainWords >= MinWords
            && counts.Pieces > MaxPieces * counts.PlainWords
            && counts.SmallWords < MinSmallWords * counts.Words
            && counts.Symbols < MaxSymbols * counts.Visible
                ? "words that its tokenizer breaks into many pieces"
                : null;
    }

    private void Count(ReadOnlySpan<char> text, ref Counts counts, TokenBuffer scratch)
    {
        for (int i = 0; i < text.Length;)
        {
            if (!char.IsLetter(text[i]))
            {
                counts.Visible += char.IsWhiteSpace(text[i]) ? 0 : 1;
                counts.Symbols += char.IsWhiteSpace(text[i]) || char.IsDigit(text[i]) || char.IsSurrogate(text[i]) ? 0 : 1;
                i++;
                continue;
            }

            int start = i;
            while (i < text.Length && (char.IsLetter(text[i]) || char.GetUnicodeCategory(text[i]) == System.Globalization.UnicodeCategory.NonSpacingMark))
            {
                counts.Letters++;
                counts.OtherScript += char.IsLetter(text[i]) && text[i] > LastLatin && text[i] is < MoreLatin or >= FirstAfterMoreLatin ? 1 : 0;
                i++;
            }

            ReadOnlySpan<char> word = text[start..i];
            counts.Visible += word.Length;
            counts.Words++;
            counts.SmallWords += word.Length <= 4 && SmallWords.Contains(word.ToString()) ? 1 : 0;
            bool isPlain = word.Length >= MinWordLength && i < text.Length && IsPlainBefore(text, start) && IsPlainAfter(text[i])
                && !word[1..].ContainsAnyInRange('A', 'Z');
            if (isPlain)
            {
                counts.PlainWords++;
                counts.Pieces += tokenizer.Encode(word, MaxCharacters, scratch).Count;
                scratch.Clear();
            }
        }
    }

    // A part of an identifier, of a path or of a call is not a word.
    private static bool IsPlainBefore(ReadOnlySpan<char> text, int start) => start == 0 || text[start - 1] is ' ' or '\n' or '\r' or '\t' or '"' or '(' or '-';

    private static bool IsPlainAfter(char next) => next is ' ' or '\n' or '\r' or '\t' or '"' or ')' or '-' or ',' or '.' or '!' or '?' or ';' or ':';

    private struct Counts
    {
        public int Letters;
        public int OtherScript;
        public int Words;
        public int SmallWords;
        public int PlainWords;
        public int Pieces;
        public int Visible;
        public int Symbols;
    }
}
