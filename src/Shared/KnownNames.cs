namespace Reranking;

/// <summary>Known names in messages: a list of them, and the one that a mistyped name was meant to be.</summary>
internal static class KnownNames
{
    /// <summary>Returns <c> Did you mean 'x'?</c> with the nearest of the names, or nothing if none is near.</summary>
    public static string Hint(string found, IEnumerable<string> names)
    {
        (string Name, int Distance) nearest = names
            .Select(name => (name, Distance(found, name)))
            .DefaultIfEmpty(("", int.MaxValue))
            .MinBy(static candidate => candidate.Item2);
        return nearest.Distance < nearest.Name.Length && nearest.Distance <= Math.Max(2, nearest.Name.Length / 3) ? $" Did you mean '{nearest.Name}'?" : "";
    }

    /// <summary>Lists names: <c>a</c>, <c>a or b</c>, <c>a, b or c</c>.</summary>
    public static string Or(IEnumerable<string> names)
    {
        string[] listed = [.. names];
        return listed.Length < 2 ? string.Concat(listed) : $"{string.Join(", ", listed[..^1])} or {listed[^1]}";
    }

    /// <summary>Returns the Levenshtein distance of two names, ignoring case.</summary>
    public static int Distance(string a, string b)
    {
        int[] row = [.. Enumerable.Range(0, b.Length + 1)];
        for (int i = 1; i <= a.Length; i++)
        {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.Length; j++)
            {
                int replaced = diagonal + (char.ToUpperInvariant(a[i - 1]) == char.ToUpperInvariant(b[j - 1]) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(replaced, 1 + Math.Min(row[j], row[j - 1]));
            }
        }

        return row[b.Length];
    }
}
