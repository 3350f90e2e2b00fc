namespace Reranking.Prompting;

/// <summary>Finds the words that two passages do not share, in the order of the words: the shortest way to make one of the other (Myers).</summary>
internal static class WordDifference
{
    // Passages that differ in more words are not duplicates of each other, and time and memory grow with the square.
    private const int MostDifferences = 500;

    /// <summary>Returns the positions of words of the first that are not in the second, and the other way round; or null if there are too many.</summary>
    public static (List<int> First, List<int> Second)? Find(IReadOnlyList<PassageWord> first, IReadOnlyList<PassageWord> second)
    {
        // Furthest position in the first for each diagonal (first minus second), one array per number of differences.
        List<int[]> trace = [];
        int[] furthest = [0];
        for (int differences = 0; differences <= MostDifferences; differences++)
        {
            int[] reached = new int[(2 * differences) + 1];
            for (int diagonal = -differences; diagonal <= differences; diagonal += 2)
            {
                int x = differences == 0 ? 0 : Step(furthest, differences - 1, diagonal);
                int y = x - diagonal;
                while (x < first.Count && y >= 0 && y < second.Count && first[x].Text == second[y].Text)
                {
                    (x, y) = (x + 1, y + 1);
                }

                reached[diagonal + differences] = x;
                if (x >= first.Count && y >= second.Count)
                {
                    trace.Add(reached);
                    return Walk(trace, first.Count, second.Count);
                }
            }

            trace.Add(reached);
            furthest = reached;
        }

        return null;
    }

    // Down takes a word of the second (from the diagonal above), right one of the first (from the diagonal below).
    private static int Step(int[] furthest, int differences, int diagonal) =>
        TakesSecond(furthest, differences, diagonal) ? furthest[diagonal + 1 + differences] : furthest[diagonal - 1 + differences] + 1;

    private static bool TakesSecond(int[] furthest, int differences, int diagonal) =>
        diagonal - 1 < -differences
        || (diagonal + 1 <= differences && furthest[diagonal - 1 + differences] < furthest[diagonal + 1 + differences]);

    private static (List<int> First, List<int> Second) Walk(List<int[]> trace, int x, int y)
    {
        (List<int> first, List<int> second) = ([], []);
        for (int differences = trace.Count - 1; differences > 0; differences--)
        {
            int diagonal = x - y;
            int[] before = trace[differences - 1];
            if (TakesSecond(before, differences - 1, diagonal))
            {
                x = before[diagonal + 1 + differences - 1];
                y = x - (diagonal + 1);
                second.Add(y);
            }
            else
            {
                x = before[diagonal - 1 + differences - 1];
                y = x - (diagonal - 1);
                first.Add(x);
            }
        }

        return (first, second);
    }
}
