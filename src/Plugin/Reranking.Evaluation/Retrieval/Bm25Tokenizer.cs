using System.Text;

namespace Reranking.Evaluation.Retrieval;

/// <summary>Words of a text: runs of letters and digits in lower case; pairs of neighbors in scripts that part no words.</summary>
internal static class Bm25Tokenizer
{
    public static IEnumerable<string> Tokenize(string text)
    {
        StringBuilder word = new();
        Rune? before = null;   // the ideograph right before, if there is one
        bool isPaired = false;
        foreach (Rune rune in text.EnumerateRunes())
        {
            bool isIdeograph = IsIdeograph(rune.Value);
            if (word.Length > 0 && (isIdeograph || !IsWord(rune)))
            {
                yield return word.ToString();
                word.Clear();
            }

            if (isIdeograph)
            {
                if (before is { } first)
                {
                    yield return first.ToString() + rune;
                }

                isPaired = before is not null;
                before = rune;
                continue;
            }

            if (before is { } alone && !isPaired)
            {
                yield return alone.ToString();
            }

            (before, isPaired) = (null, false);
            if (IsWord(rune))
            {
                word.Append(Rune.ToLowerInvariant(rune).ToString());
            }
        }

        if (word.Length > 0)
        {
            yield return word.ToString();
        }
        else if (before is { } last && !isPaired)
        {
            yield return last.ToString();
        }
    }

    private static bool IsWord(Rune rune) => Rune.IsLetterOrDigit(rune) || rune.Value == '_';

    // Chinese, Japanese kana, Thai, Lao, Khmer and Burmese.
    private static bool IsIdeograph(int value) =>
        value is (>= 0x0E00 and <= 0x0EFF) or (>= 0x1000 and <= 0x109F) or (>= 0x1780 and <= 0x17FF) or (>= 0x3041 and <= 0x30FF)
            or (>= 0x3400 and <= 0x4DBF) or (>= 0x4E00 and <= 0x9FFF) or (>= 0xF900 and <= 0xFAFF) or (>= 0x20000 and <= 0x3134F);
}
