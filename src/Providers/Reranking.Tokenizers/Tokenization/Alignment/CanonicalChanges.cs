using Reranking.Tokenizers.Tokenization.Unicode;

namespace Reranking.Tokenizers.Tokenization.Alignment;

/// <summary>Puts decomposed code points in canonical order and, if wanted, together again, and keeps how each changes their number.</summary>
internal static class CanonicalChanges
{
    private const int None = -1;

    /// <summary>Adds what becomes of a run of decomposed code points.</summary>
    /// <param name="run">Each code point, its combining class, and 1 if it is not the first part of what it was.</param>
    /// <param name="composes">Whether they are put together again.</param>
    /// <param name="changes">Where they go.</param>
    public static void Add(List<(int CodePoint, int Class, int Change)> run, bool composes, CharacterChanges changes)
    {
        Sort(run);
        int starter = None;
        int changeOfStarter = 0;
        int blockedClass = None;
        var waiting = new List<(int CodePoint, int Change)>();
        foreach ((int codePoint, int combiningClass, int change) in run)
        {
            int composed = composes && starter != None && blockedClass < combiningClass ? CodePoints.Compose(starter, codePoint) : None;
            if (composed != None)
            {
                (starter, changeOfStarter) = (composed, changeOfStarter + change - 1);
            }
            else if (combiningClass == 0)
            {
                Flush();
                (starter, changeOfStarter, blockedClass) = (codePoint, change, None);
            }
            else if (starter == None)
            {
                changes.Add(codePoint, change);
            }
            else
            {
                waiting.Add((codePoint, change));
                blockedClass = combiningClass;
            }
        }

        Flush();

        void Flush()
        {
            if (starter != None)
            {
                changes.Add(starter, changeOfStarter);
            }

            waiting.ForEach(mark => changes.Add(mark.CodePoint, mark.Change));
            waiting.Clear();
        }
    }

    // The marks between two starters by class, those of one class as they came.
    private static void Sort(List<(int CodePoint, int Class, int Change)> run)
    {
        for (int start = 0; start < run.Count; start++)
        {
            int end = start;
            while (end < run.Count && run[end].Class > 0)
            {
                end++;
            }

            if (end > start + 1)
            {
                (int CodePoint, int Class, int Change)[] sorted = [.. run.GetRange(start, end - start).OrderBy(static mark => mark.Class)];
                for (int i = 0; i < sorted.Length; i++)
                {
                    run[start + i] = sorted[i];
                }
            }

            start = end;
        }
    }
}
